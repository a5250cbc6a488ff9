#!/bin/sh
# Tries two joined Kubernetes clusters as their users would: deploys a service into both, calls it from every node over HTTP and
# UDP, changes policies, looks that kube-proxy and the clusters' own DNS still do their work. Opt-in, no part of `npm test`.
#
#   EAST=east.kubeconfig WEST=west.kubeconfig sh conformance/kubernetes/try.sh
#
# EAST, WEST   kubeconfigs of two members, joined as docs/kubernetes.md says (an admin's: it makes and deletes namespace sealane-try)
# EAST_NAME, WEST_NAME   their names as members (default: east, west)
# IMAGE        an image with python3 (default: docker.io/library/python:3-alpine)
# KEEP=yes     leaves the namespace
set -eu

: "${EAST:?kubeconfig of one cluster}" "${WEST:?kubeconfig of the other}"
east_name=${EAST_NAME:-east} west_name=${WEST_NAME:-west} image=${IMAGE:-docker.io/library/python:3-alpine}
here=$(dirname "$0")
name=web.sealane-try.svc.clusterset.local
failed=0 passed=0

east() { kubectl --kubeconfig "$EAST" "$@"; }
west() { kubectl --kubeconfig "$WEST" "$@"; }

clean() {
  [ "${KEEP:-}" = yes ] && return
  for of in east west; do $of delete namespace sealane-try --ignore-not-found --timeout=60s >/dev/null; done
}

deploy() { # of name
  $1 create namespace sealane-try --dry-run=client -o yaml | $1 apply -f - >/dev/null
  $1 apply -f "$here/programs.yaml" >/dev/null
  sed "s|@CLUSTER@|$2|; s|@IMAGE@|$image|" "$here/pods.yaml" | $1 apply -f - >/dev/null
}

wait_ready() {
  $1 -n sealane-try rollout status deployment/web --timeout=120s >/dev/null
  $1 -n sealane-try rollout status daemonset/caller --timeout=120s >/dev/null
}

call() { # of pod how name count
  of=$1 pod=$2
  shift 2
  $of -n sealane-try exec "$pod" -- python3 /programs/call.py "$@" || echo "1 failed: exec in $pod"
}

callers() { $1 -n sealane-try get pods -l app=caller -o name; }
addresses() { $1 -n sealane-try get pods -l app=web -o 'jsonpath={range .items[*]}{.status.podIP}{"\n"}{end}'; }

count() { # answers pattern
  printf '%s\n' "$1" | awk -v pattern="$2" '$0 ~ pattern { sum += $1 } END { print sum + 0 }'
}

check() { # what condition… ; shows $answers when it does not hold
  what=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
    echo "ok      $what"
  else
    failed=$((failed + 1))
    echo "FAILED  $what"
    printf '%s\n' "$answers" | sed 's/^/        /'
  fi
}

between() { [ "$1" -ge "$2" ] && [ "$1" -le "$3" ]; }

# Until the answers come as wanted: objects need a moment to reach the kernel.
eventually() { # of pod pattern: every one of 10 calls by HTTP matches
  for _ in $(seq 30); do
    answers=$(call "$1" "$2" http "$name" 10)
    [ "$(count "$answers" "$3")" = 10 ] && return
    sleep 1
  done
  return 1
}

export_of() {
  $1 apply -f - >/dev/null <<END
apiVersion: multicluster.x-k8s.io/v1beta1
kind: ServiceExport
metadata: {name: web, namespace: sealane-try}
END
}

policy() { # spec, as YAML in one line
  west apply -f - >/dev/null <<END
apiVersion: sealane.dev/v1alpha1
kind: GlobalTrafficPolicy
metadata: {name: web, namespace: sealane-try}
spec: $1
END
  west -n sealane-try wait globaltrafficpolicies.sealane.dev/web --for=jsonpath='{.status.observedGeneration}'="$(
    west -n sealane-try get globaltrafficpolicies.sealane.dev web -o 'jsonpath={.metadata.generation}'
  )" --timeout=30s >/dev/null
  west -n sealane-try wait globaltrafficpolicies.sealane.dev/web --for=condition=Programmed --timeout=30s >/dev/null
}

targets() { # weight of east, of west
  echo "[{clusterKey: '*/*/*/$east_name', weight: $1}, {clusterKey: '*/*/*/$west_name', weight: $2}]"
}

trap clean EXIT
trap 'exit 130' INT TERM
answers=
deploy east "$east_name"
deploy west "$west_name"
wait_ready east
wait_ready west
shared=$(printf '%s\n%s\n' "$(addresses east)" "$(addresses west)" | sort | uniq -d | wc -l)
echo "$shared of the pods' addresses stand in both clusters"

export_of east
for pod in $(callers west); do
  on="from $pod of $west_name"
  check "$on: reaches $east_name by $name" eventually west "$pod" "^[0-9]+ $east_name "
  answers=$(call west "$pod" http "$name" 100)
  check "$on: 100 calls over HTTP, both pods answer" [ "$(count "$answers" "^[0-9]+ $east_name ") $(echo "$answers" | wc -l)" = '100 2' ]
  answers=$(call west "$pod" udp "$name" 50)
  check "$on: 50 datagrams, connected sockets" [ "$(count "$answers" "^[0-9]+ $east_name ")" = 50 ]
  answers=$(call west "$pod" udp-unconnected "$name" 50)
  check "$on: 50 datagrams, one socket, answered from the address called" [ "$(count "$answers" "^[0-9]+ $east_name ")" = 50 ]
  answers=$(call west "$pod" large "$name" 5)
  check "$on: 5 answers of 1 MB" [ "$answers" = '5 1000000 bytes' ]
  answers=$(call west "$pod" http web.sealane-try 20)
  check "$on: the ordinary name is still this cluster's own" [ "$(count "$answers" "^[0-9]+ $west_name ")" = 20 ]
  answers=$(call west "$pod" name kubernetes.default)
  check "$on: the cluster's own DNS is still asked" [ "$(count "$answers" 'no such name')" = 0 ]
  answers=$(call west "$pod" name nothing.sealane-try.svc.clusterset.local)
  check "$on: an unknown name is none" [ "$answers" = '1 no such name' ]
done
for pod in $(callers east); do
  check "from $pod of $east_name: its own service by $name" eventually east "$pod" "^[0-9]+ $east_name "
done

export_of west
caller=$(callers west | head -n 1)
check 'exported by both: the own cluster answers' eventually west "$caller" "^[0-9]+ $west_name "
policy "{lbType: ActiveActive, targets: $(targets 1 1)}"
answers=$(call west "$caller" http "$name" 400)
check 'ActiveActive 1:1: 400 calls, half to each (8 % off at most)' between "$(count "$answers" "^[0-9]+ $east_name ")" 168 232
policy "{lbType: ActiveActive, targets: $(targets 90 10)}"
answers=$(call west "$caller" http "$name" 400)
check 'ActiveActive 90:10: 400 calls, 90 % to the first (5 % off at most)' between "$(count "$answers" "^[0-9]+ $east_name ")" 340 380
policy "{lbType: FailOver, targets: $(targets 100 100)}"
check 'FailOver: all to the first' eventually west "$caller" "^[0-9]+ $east_name "
east -n sealane-try scale deployment/web --replicas=0 >/dev/null
check 'FailOver: all to the second when the first has no pod' eventually west "$caller" "^[0-9]+ $west_name "
east -n sealane-try scale deployment/web --replicas=2 >/dev/null
wait_ready east
check 'FailOver: and back' eventually west "$caller" "^[0-9]+ $east_name "
policy "{lbType: Locality}"
check 'Locality: the own cluster' eventually west "$caller" "^[0-9]+ $west_name "
policy "{lbType: Locality, targets: [{clusterKey: '*/*/*/$east_name'}]}"
check 'Locality with a target: that one' eventually west "$caller" "^[0-9]+ $east_name "

for of in east west; do $of -n sealane-try delete serviceexports.multicluster.x-k8s.io web >/dev/null; done
gone() {
  for _ in $(seq 30); do
    answers=$(call west "$caller" name "$name")
    [ "$answers" = '1 no such name' ] && return
    sleep 1
  done
  return 1
}
check 'no longer exported: the name is gone' gone

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
