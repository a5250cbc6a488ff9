# Written by tools/generate-docs.ts: do not edit. Use: source <(sealane completion zsh)
_sealane() {
  local word at=sealane
  local -a found
  local commands=" sealane/member sealane/agent sealane/hub sealane/hub/credentials sealane/crds sealane/rbac sealane/check sealane/status sealane/drain sealane/bpf sealane/bpf/events sealane/bpf/swap sealane/bpf/stats sealane/watch sealane/support-bundle sealane/completion sealane/rehearse sealane/uninstall sealane/trace sealane/sandbox/up sealane/sandbox/down sealane/sandbox/status sealane/sandbox/kubeconfig sealane/sandbox/apply sealane/sandbox/get sealane/sandbox/logs sealane/sandbox/exec sealane/sandbox/fault sealane/sandbox/support-bundle sealane/sandbox/demo sealane sealane/sandbox "
  for word in "${(@)words[2,CURRENT-1]}"; do
    case "$commands" in (*" ${at// //}/$word "*) at="$at $word" ;; esac
  done
  case "$at" in
    "sealane member") found=(--cluster --kubeconfig --hub-kubeconfig --vip-range --lane-ports --pod-ranges --derived-services --takeover --metrics-address --help) ;;
    "sealane agent") found=(--cluster --node-name --kubeconfig --cgroup --pin-dir --role --gateway-address --gateway-device --cluster-dns --upstream-dns --service-proxy --vip-range --lane-ports --probe-port --state-dir --resolver-address --events-buffer --metrics-address --resolver-metrics-address --prober-metrics-address --help) ;;
    "sealane hub") found=(credentials --kubeconfig --listen --data-dir --max-hold --admission-listen --admission-cert --admission-key --metrics-address --help) ;;
    "sealane hub credentials") found=(--data-dir --server --help) ;;
    "sealane crds") found=(--role --flomesh --output --help) ;;
    "sealane rbac") found=(--role --member --derived-services --output --help) ;;
    "sealane check") found=(--kubeconfig --context --cgroup --gateway-device --vip-range --lane-ports --probe-port --output --help) ;;
    "sealane status") found=(--kubeconfig --context --wait --timeout --output --help) ;;
    "sealane drain") found=(--kubeconfig --context --service --deadline --undo --force --no-wait --timeout --output --help) ;;
    "sealane bpf") found=(events swap stats --name --watch --output --help) ;;
    "sealane bpf events") found=(--output --help) ;;
    "sealane bpf swap") found=(--object --back --name --watch --output --help) ;;
    "sealane bpf stats") found=(on off --help) ;;
    "sealane watch") found=(flows drops ejections --name --namespace --service --cluster --sample --count --duration --output --help) ;;
    "sealane support-bundle") found=(--file --output --kubeconfig --context --name --log --config --help) ;;
    "sealane completion") found=(bash zsh fish --help) ;;
    "sealane rehearse") found=(--file --drain --fail --kubeconfig --context --cluster --overload --output --help) ;;
    "sealane uninstall") found=(--name --kubeconfig --context --dry-run --output --help) ;;
    "sealane trace") found=(--udp --name --output --help) ;;
    "sealane sandbox up") found=(--topology --name --dry-run --no-wait --output --help) ;;
    "sealane sandbox down") found=(--name --output --help) ;;
    "sealane sandbox status") found=(--name --output --help) ;;
    "sealane sandbox kubeconfig") found=(--name --output --help) ;;
    "sealane sandbox apply") found=(--file --context --namespace --name --output --help) ;;
    "sealane sandbox get") found=(--context --namespace --all-namespaces --selector --name --output --help) ;;
    "sealane sandbox logs") found=(--container --follow --tail --previous --name --output --help) ;;
    "sealane sandbox exec") found=(--container --stdin --name --output --help) ;;
    "sealane sandbox fault") found=(kill crash stop freeze skew cut throttle delay fill heal empty-hub --name --direction --rate --by --jitter --loss --percent --output --help) ;;
    "sealane sandbox support-bundle") found=(--file --output --name --help) ;;
    "sealane sandbox demo") found=(--keep --pause --name --output --help) ;;
    "sealane") found=(member agent hub crds rbac check status drain bpf watch support-bundle completion rehearse uninstall trace sandbox --help --version) ;;
    "sealane sandbox") found=(up down status kubeconfig apply get logs exec fault support-bundle demo --help) ;;
  esac
  case "${words[CURRENT-1]}" in
    --*kubeconfig | --file | -f) _files ;;
    -o | --output) compadd -- table json yaml ;;
    *) compadd -- $found ;;
  esac
}
compdef _sealane sealane
