# Written by tools/generate-docs.ts: do not edit. Use: source <(sealane completion bash)
_sealane() {
  local word words at="sealane" current="${COMP_WORDS[COMP_CWORD]}"
  local commands=" sealane/member sealane/agent sealane/hub sealane/hub/credentials sealane/crds sealane/rbac sealane/check sealane/status sealane/drain sealane/bpf sealane/bpf/events sealane/bpf/swap sealane/bpf/stats sealane/watch sealane/support-bundle sealane/completion sealane/rehearse sealane/uninstall sealane/trace sealane/sandbox/up sealane/sandbox/down sealane/sandbox/status sealane/sandbox/kubeconfig sealane/sandbox/apply sealane/sandbox/get sealane/sandbox/logs sealane/sandbox/exec sealane/sandbox/fault sealane/sandbox/support-bundle sealane/sandbox/demo sealane sealane/sandbox "
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$commands" in *" ${at// //}/$word "*) at="$at $word" ;; esac
  done
  case "$at" in
    "sealane member") words="--cluster --kubeconfig --hub-kubeconfig --vip-range --lane-ports --pod-ranges --derived-services --takeover --metrics-address --help" ;;
    "sealane agent") words="--cluster --node-name --kubeconfig --cgroup --pin-dir --role --gateway-address --gateway-device --cluster-dns --upstream-dns --service-proxy --vip-range --lane-ports --probe-port --state-dir --resolver-address --events-buffer --metrics-address --resolver-metrics-address --prober-metrics-address --help" ;;
    "sealane hub") words="credentials --kubeconfig --listen --data-dir --max-hold --admission-listen --admission-cert --admission-key --metrics-address --help" ;;
    "sealane hub credentials") words="--data-dir --server --help" ;;
    "sealane crds") words="--role --flomesh --output --help" ;;
    "sealane rbac") words="--role --member --derived-services --output --help" ;;
    "sealane check") words="--kubeconfig --context --cgroup --gateway-device --vip-range --lane-ports --probe-port --output --help" ;;
    "sealane status") words="--kubeconfig --context --wait --timeout --output --help" ;;
    "sealane drain") words="--kubeconfig --context --service --deadline --undo --force --no-wait --timeout --output --help" ;;
    "sealane bpf") words="events swap stats --name --watch --output --help" ;;
    "sealane bpf events") words="--output --help" ;;
    "sealane bpf swap") words="--object --back --name --watch --output --help" ;;
    "sealane bpf stats") words="on off --help" ;;
    "sealane watch") words="flows drops ejections --name --namespace --service --cluster --sample --count --duration --output --help" ;;
    "sealane support-bundle") words="--file --output --kubeconfig --context --name --log --config --help" ;;
    "sealane completion") words="bash zsh fish --help" ;;
    "sealane rehearse") words="--file --drain --fail --kubeconfig --context --cluster --overload --output --help" ;;
    "sealane uninstall") words="--name --kubeconfig --context --dry-run --output --help" ;;
    "sealane trace") words="--udp --name --output --help" ;;
    "sealane sandbox up") words="--topology --name --dry-run --no-wait --output --help" ;;
    "sealane sandbox down") words="--name --output --help" ;;
    "sealane sandbox status") words="--name --output --help" ;;
    "sealane sandbox kubeconfig") words="--name --output --help" ;;
    "sealane sandbox apply") words="--file --context --namespace --name --output --help" ;;
    "sealane sandbox get") words="--context --namespace --all-namespaces --selector --name --output --help" ;;
    "sealane sandbox logs") words="--container --follow --tail --previous --name --output --help" ;;
    "sealane sandbox exec") words="--container --stdin --name --output --help" ;;
    "sealane sandbox fault") words="kill crash stop freeze skew cut throttle delay fill heal empty-hub --name --direction --rate --by --jitter --loss --percent --output --help" ;;
    "sealane sandbox support-bundle") words="--file --output --name --help" ;;
    "sealane sandbox demo") words="--keep --pause --name --output --help" ;;
    "sealane") words="member agent hub crds rbac check status drain bpf watch support-bundle completion rehearse uninstall trace sandbox --help --version" ;;
    "sealane sandbox") words="up down status kubeconfig apply get logs exec fault support-bundle demo --help" ;;
  esac
  case "${COMP_WORDS[COMP_CWORD-1]}" in
    --*kubeconfig | --file | -f) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    -o | --output) mapfile -t COMPREPLY < <(compgen -W "table json yaml" -- "$current") ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current") ;;
  esac
}
complete -F _sealane -o bashdefault sealane ./sealane
