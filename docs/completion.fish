# Written by tools/generate-docs.ts: do not edit. Use: sealane completion fish | source
function __sealane_words
  set -l at sealane
  set -l commands 'sealane member' 'sealane agent' 'sealane hub' 'sealane hub credentials' 'sealane crds' 'sealane rbac' 'sealane check' 'sealane status' 'sealane drain' 'sealane bpf' 'sealane bpf events' 'sealane bpf swap' 'sealane bpf stats' 'sealane watch' 'sealane support-bundle' 'sealane completion' 'sealane rehearse' 'sealane uninstall' 'sealane trace' 'sealane sandbox up' 'sealane sandbox down' 'sealane sandbox status' 'sealane sandbox kubeconfig' 'sealane sandbox apply' 'sealane sandbox get' 'sealane sandbox logs' 'sealane sandbox exec' 'sealane sandbox fault' 'sealane sandbox support-bundle' 'sealane sandbox demo' 'sealane' 'sealane sandbox'
  for word in (commandline -opc)[2..-1]
    contains -- "$at $word" $commands; and set at "$at $word"
  end
  switch $at
    case 'sealane member'
      printf '%s\n' --cluster --kubeconfig --hub-kubeconfig --vip-range --lane-ports --pod-ranges --derived-services --takeover --metrics-address --help
    case 'sealane agent'
      printf '%s\n' --cluster --node-name --kubeconfig --cgroup --pin-dir --role --gateway-address --gateway-device --cluster-dns --upstream-dns --service-proxy --vip-range --lane-ports --probe-port --state-dir --resolver-address --events-buffer --metrics-address --resolver-metrics-address --prober-metrics-address --help
    case 'sealane hub'
      printf '%s\n' credentials --kubeconfig --listen --data-dir --max-hold --admission-listen --admission-cert --admission-key --metrics-address --help
    case 'sealane hub credentials'
      printf '%s\n' --data-dir --server --help
    case 'sealane crds'
      printf '%s\n' --role --flomesh --output --help
    case 'sealane rbac'
      printf '%s\n' --role --member --derived-services --output --help
    case 'sealane check'
      printf '%s\n' --kubeconfig --context --cgroup --gateway-device --vip-range --lane-ports --probe-port --output --help
    case 'sealane status'
      printf '%s\n' --kubeconfig --context --wait --timeout --output --help
    case 'sealane drain'
      printf '%s\n' --kubeconfig --context --service --deadline --undo --force --no-wait --timeout --output --help
    case 'sealane bpf'
      printf '%s\n' events swap stats --name --watch --output --help
    case 'sealane bpf events'
      printf '%s\n' --output --help
    case 'sealane bpf swap'
      printf '%s\n' --object --back --name --watch --output --help
    case 'sealane bpf stats'
      printf '%s\n' on off --help
    case 'sealane watch'
      printf '%s\n' flows drops ejections --name --namespace --service --cluster --sample --count --duration --output --help
    case 'sealane support-bundle'
      printf '%s\n' --file --output --kubeconfig --context --name --log --config --help
    case 'sealane completion'
      printf '%s\n' bash zsh fish --help
    case 'sealane rehearse'
      printf '%s\n' --file --drain --fail --kubeconfig --context --cluster --overload --output --help
    case 'sealane uninstall'
      printf '%s\n' --name --kubeconfig --context --dry-run --output --help
    case 'sealane trace'
      printf '%s\n' --udp --name --output --help
    case 'sealane sandbox up'
      printf '%s\n' --topology --name --dry-run --no-wait --output --help
    case 'sealane sandbox down'
      printf '%s\n' --name --output --help
    case 'sealane sandbox status'
      printf '%s\n' --name --output --help
    case 'sealane sandbox kubeconfig'
      printf '%s\n' --name --output --help
    case 'sealane sandbox apply'
      printf '%s\n' --file --context --namespace --name --output --help
    case 'sealane sandbox get'
      printf '%s\n' --context --namespace --all-namespaces --selector --name --output --help
    case 'sealane sandbox logs'
      printf '%s\n' --container --follow --tail --previous --name --output --help
    case 'sealane sandbox exec'
      printf '%s\n' --container --stdin --name --output --help
    case 'sealane sandbox fault'
      printf '%s\n' kill crash stop freeze skew cut throttle delay fill heal empty-hub --name --direction --rate --by --jitter --loss --percent --output --help
    case 'sealane sandbox support-bundle'
      printf '%s\n' --file --output --name --help
    case 'sealane sandbox demo'
      printf '%s\n' --keep --pause --name --output --help
    case 'sealane'
      printf '%s\n' member agent hub crds rbac check status drain bpf watch support-bundle completion rehearse uninstall trace sandbox --help --version
    case 'sealane sandbox'
      printf '%s\n' up down status kubeconfig apply get logs exec fault support-bundle demo --help
  end
end
function __sealane_after
  string match -qr -- $argv[1] (commandline -opc)[-1]
end
complete -c sealane -f -n 'not __sealane_after "^(-o|--output)\$"' -a '(__sealane_words)'
complete -c sealane -f -n '__sealane_after "^(-o|--output)\$"' -a 'table json yaml'
complete -c sealane -F -n '__sealane_after "^(--.*kubeconfig|--file|-f)\$"'
