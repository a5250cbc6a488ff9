/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once
/*
 * Address translation of lanes: what a packet with these addresses and ports becomes.
 *
 * A flow is two entries, one a direction: the key of each is the other's `to` turned round. While it is half-open it stands
 * in a small LRU, which a flood may churn; once the caller proved that it hears the answers (the ACK that fits the pod's
 * SYN-ACK; for UDP a packet after a reply) both entries move to a plain hash, where nothing evicts it.
 * The entry towards the caller is made first and never over another one, so no two flows share a source port.
 *
 * Nothing sweeps: an entry is over when it was idle too long, which is seen when someone meets it. So that such entries do not
 * fill the table, each flow in it holds a slot, and a new flow takes over one whose flow is over. Works without any agent.
 *
 * Of `ipv4.h` and `ipv6.h`, the one included first says of which family all this is.
 * Writer of every table here: kernel.
 */
#include "duration.h"
#include "lanes.h"
#include "marks.h"
#include "refusals.h"

#define NAT_CAPACITY 131072 /* flows, a power of two; three sizes below and the constant follow it */
#define NAT_HALF_OPEN 65536
#define PORT_TRIES 32
#define SLOT_TRIES 128
#define PATIENT_TRIES 8 /* then a closed flow is taken over before its time */

/* Ports for translated sources, inclusive, host order: neither NodePorts nor ephemeral ports of the host. */
const volatile __u16 snat_port_first = 15000;
const volatile __u16 snat_port_last = 29999;
/* Flows in the table; `maxEntries` of nat_slots is the same, of nat_flows twice as many. */
const volatile __u32 nat_capacity = NAT_CAPACITY;
/* Idle time until a flow is over, nanoseconds. RFC 5382 REQ-5 asks for 2 h 4 min, RFC 4787 REQ-5 for 120 s. */
const volatile __u64 tcp_idle_ns = 7440 * SECOND;
const volatile __u64 tcp_half_closed_ns = 900 * SECOND;
const volatile __u64 tcp_closed_ns = 10 * SECOND;
const volatile __u64 half_open_ns = 60 * SECOND;
const volatile __u64 udp_idle_ns = 120 * SECOND;

enum flow_flags {
	FLOW_FIN = 1,      /* this direction has ended */
	FLOW_RST = 2,      /* reset by the sender of this direction */
	FLOW_ANSWERED = 4, /* towards the caller: the pod has answered */
	FLOW_REFUSED = 8,  /* towards the caller: the pod has refused, which the caller was not told */
};

/* One direction. Layout frozen. */
struct flow {
	struct flow_key to; /* what packets become */
	__u64 seen;         /* of this direction's last packet, CLOCK_MONOTONIC; up to a second late */
	__u64 begun;
	__u32 lane;
	__u32 slot;
	__u32 sequence;     /* towards the caller: of the pod's SYN-ACK */
	__u8 flags;         /* enum flow_flags */
	__u8 spare[11];
	__u64 spare_word;
};
_Static_assert(sizeof(struct flow) == FLOW_BYTES, "layout of pinned tables");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct flow_key);
	__type(value, struct flow);
	__uint(max_entries, 2 * NAT_CAPACITY);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} nat_flows SEC(".maps") STATE;

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct flow_key);
	__type(value, struct flow);
	__uint(max_entries, NAT_HALF_OPEN);
} nat_half_open SEC(".maps") STATE;

/* Who holds a place in nat_flows: the key of the entry from the caller. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct flow_key);
	__uint(max_entries, NAT_CAPACITY);
} nat_slots SEC(".maps") STATE;

/* The slot to be looked at next. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u32);
	__uint(max_entries, 1);
} nat_hand SEC(".maps") STATE;

static __always_inline int is_snat_port(__be16 port)
{
	__u16 number = bpf_ntohs(port);

	return number >= snat_port_first && number <= snat_port_last;
}

static __always_inline struct flow *flow_in(void *table, const struct flow_key *key)
{
	return bpf_map_lookup_elem(table, key);
}

static __always_inline struct flow *partner_in(void *table, const struct flow *flow)
{
	struct flow_key key = reversed(&flow->to);

	return bpf_map_lookup_elem(table, &key);
}

static __always_inline void forget(void *table, const struct flow_key *key, const struct flow *flow)
{
	struct flow_key partner = reversed(&flow->to);

	bpf_map_delete_elem(table, &partner);
	bpf_map_delete_elem(table, key);
}

/* Both ends are done with it; late packets still pass until it is over. */
static __always_inline int is_closed(const struct flow *flow, const struct flow *partner)
{
	__u8 other = partner ? partner->flags : 0;

	return (flow->flags | other) & FLOW_RST || flow->flags & other & FLOW_FIN;
}

static __always_inline __u64 idle_allowed(const struct flow *flow, const struct flow *partner, int half_open)
{
	if (flow->to.proto == IPPROTO_UDP)
		return udp_idle_ns;
	if (is_closed(flow, partner))
		return tcp_closed_ns;
	if (half_open)
		return half_open_ns;
	return (flow->flags | (partner ? partner->flags : 0)) & FLOW_FIN ? tcp_half_closed_ns : tcp_idle_ns;
}

static __always_inline int is_over(const struct flow *flow, const struct flow *partner, int half_open, __u64 now)
{
	__u64 seen = partner && partner->seen > flow->seen ? partner->seen : flow->seen;

	return now > seen && now - seen > idle_allowed(flow, partner, half_open);
}

/* Its partner where that may matter: an entry that was used just now is not over, whatever the partner says. */
static __always_inline struct flow *partner_if_idle(void *table, const struct flow *flow, __u64 now)
{
	return now - flow->seen < tcp_closed_ns ? NULL : partner_in(table, flow);
}

/* A question that was answered, and nothing since. */
static __always_inline int is_spent(const struct flow *flow, const struct flow *partner, int half_open, __u64 now)
{
	__u8 flags = flow->flags | (partner ? partner->flags : 0);

	return half_open && flow->to.proto == IPPROTO_UDP && flags & FLOW_ANSWERED && now - flow->seen > tcp_closed_ns;
}

/* Whether its place may go to another flow. */
static __always_inline int is_free(void *table, const struct flow *flow, int half_open, __u64 now, int hurried)
{
	struct flow *partner = partner_in(table, flow);

	return is_over(flow, partner, half_open, now) ||
	       (hurried && (is_closed(flow, partner) || is_spent(flow, partner, half_open, now)));
}

/* What a packet tells about its flow. A segment after a reset shows that the reset was not taken. */
static __always_inline void note(struct flow *flow, const struct segment *segment, __u64 now)
{
	__u8 flags = flow->flags & ~FLOW_RST;

	if (now - flow->seen > SECOND)
		flow->seen = now;
	if (has(segment, TCP_FIN))
		flags |= FLOW_FIN;
	if (has(segment, TCP_RST))
		flags |= FLOW_RST;
	if (flags != flow->flags)
		flow->flags = flags;
}

/* Whether the packet may begin a flow. */
static __always_inline int opens(const struct segment *segment)
{
	return segment->key.proto == IPPROTO_UDP || (has(segment, TCP_SYN) && !has(segment, TCP_ACK));
}

/* The live entry for a packet; one that is over goes, and so does a closed one when the packet begins another flow. */
static __always_inline struct flow *live_in(void *table, const struct segment *segment, int half_open, __u64 now)
{
	struct flow *flow = flow_in(table, &segment->key), *partner;
	int begins = half_open ? opens(segment) : has(segment, TCP_SYN);

	if (!flow || (!begins && now - flow->seen < tcp_closed_ns))
		return flow;
	partner = partner_in(table, flow);
	if (!is_over(flow, partner, half_open, now) && !(begins && is_closed(flow, partner)) && (partner || !begins))
		return flow;
	forget(table, &segment->key, flow);
	return NULL;
}

/* ---- a place in the table ---- */

struct slot_search {
	__u64 now;
	__u32 first;
	__u32 found; /* slot + 1 */
};

/*
 * The slot at a place on the hand's way, on which each turn meets every slot once and no two turns in the same order. Flows that
 * live long were often begun together: in the order of their beginning the hand would find nothing else for thousands of searches.
 */
static __always_inline __u32 slot_at(__u32 place)
{
	__u32 last = nat_capacity - 1, turn = mixed(place / nat_capacity), slot;

	slot = ((place ^ turn) * 0x7feb352d) & last;
	slot = (((slot ^ slot >> 7) + turn) * 0x846ca68b) & last;
	return slot ^ slot >> 8;
}

static long try_slot(__u32 step, struct slot_search *search)
{
	int hurried = step >= PATIENT_TRIES;
	__u32 slot = slot_at(search->first + step - (hurried ? PATIENT_TRIES : 0));
	struct flow_key *holder = bpf_map_lookup_elem(&nat_slots, &slot);
	struct flow_key key;
	struct flow *flow;

	if (!holder)
		return 0;
	key = *holder;
	flow = key.proto ? flow_in(&nat_flows, &key) : NULL;
	if (flow && flow->slot == slot) {
		if (!is_free(&nat_flows, flow, 0, search->now, hurried))
			return 0;
		forget(&nat_flows, &key, flow);
	}
	search->found = slot + 1;
	return 1;
}

/* Each search has its own stretch of slots, so two processors never take the same one; it is walked again in a hurry. */
static __always_inline int take_slot(const struct flow_key *key, __u64 now, __u32 *slot)
{
	__u32 zero = 0, *hand = bpf_map_lookup_elem(&nat_hand, &zero);
	struct slot_search search = { .now = now };
	struct flow_key *holder;

	if (!hand)
		return 0;
	search.first = __sync_fetch_and_add(hand, SLOT_TRIES);
	bpf_loop(PATIENT_TRIES + SLOT_TRIES, try_slot, &search, 0);
	*slot = search.found - 1;
	holder = search.found ? bpf_map_lookup_elem(&nat_slots, slot) : NULL;
	if (!holder)
		return 0;
	*holder = *key;
	return 1;
}

/* ---- half-open -> table ---- */

static __always_inline int move(const struct flow_key *key, const struct flow *flow, __u32 slot, __u64 mode)
{
	WORKSPACE(struct flow, copy);

	if (!copy)
		return -1;
	*copy = *flow;
	copy->slot = slot;
	return bpf_map_update_elem(&nat_flows, key, copy, mode);
}

/* Moves both entries of a half-open flow to the table, the one towards the caller first. */
OUTLINED enum refusal promote(const struct flow_key *key, const struct flow *there, const struct flow *back,
					    __u64 now)
{
	struct flow_key back_key = reversed(&there->to);
	__u32 slot;

	if (!take_slot(key, now, &slot))
		return REFUSAL_NAT_FULL;
	if (move(&back_key, back, slot, BPF_NOEXIST))
		return flow_in(&nat_flows, &back_key) ? REFUSAL_NAT_PORTS : REFUSAL_NAT_FULL;
	if (move(key, there, slot, BPF_ANY)) {
		bpf_map_delete_elem(&nat_flows, &back_key);
		return REFUSAL_NAT_FULL;
	}
	bpf_map_delete_elem(&nat_half_open, &back_key);
	bpf_map_delete_elem(&nat_half_open, key);
	return REFUSAL_NONE;
}

/* ---- a new flow ---- */

struct port_search {
	struct flow_key back_key; /* pod to gateway; its dport is what is searched */
	struct flow back;
	__u32 hash;
	__u32 found;
};

/* Claims a source port by making the entry towards the caller. First the claim, then the look at the table: no gap between. */
static __always_inline int claim(struct port_search *search, int hurried)
{
	const struct flow_key *key = &search->back_key;
	__u64 now = search->back.begun;
	struct flow *other;

	if (bpf_map_update_elem(&nat_half_open, key, &search->back, BPF_NOEXIST)) {
		other = flow_in(&nat_half_open, key);
		if (!other || !is_free(&nat_half_open, other, 1, now, hurried))
			return 0;
		forget(&nat_half_open, key, other);
		if (bpf_map_update_elem(&nat_half_open, key, &search->back, BPF_NOEXIST))
			return 0;
	}
	other = flow_in(&nat_flows, key);
	if (!other)
		return 1;
	if (is_free(&nat_flows, other, 0, now, hurried)) {
		forget(&nat_flows, key, other);
		return 1;
	}
	bpf_map_delete_elem(&nat_half_open, key);
	return 0;
}

/* Step 0 is the caller's own port, the others are hashed. */
static long try_port(__u32 step, struct port_search *search)
{
	__u32 count = snat_port_last - snat_port_first + 1;

	if (step)
		search->back_key.dport = bpf_htons(snat_port_first + mixed(search->hash + step) % count);
	if (!is_snat_port(search->back_key.dport))
		return 0;
	search->found = claim(search, step >= PATIENT_TRIES);
	return search->found;
}

/* Another processor has opened it meanwhile, for a copy of the packet: the caller must not meet two. */
static __always_inline enum refusal join_flow(const struct flow_key *key, struct flow_key *to)
{
	struct flow *flow = flow_in(&nat_half_open, key);

	if (!flow)
		return REFUSAL_NAT_FULL;
	*to = flow->to;
	return REFUSAL_NONE;
}

/*
 * Opens the flow of a packet to a pod.
 * @param back_key from the pod to the source address that it will see
 */
OUTLINED enum refusal open_flow(const struct flow_key *key, const struct flow_key *back_key, __u32 lane,
					      __u64 now, struct flow_key *to)
{
	struct port_search search = { .back_key = *back_key, .back = { .seen = now, .begun = now, .lane = lane } };
	WORKSPACE(struct flow, there);

	if (!there)
		return REFUSAL_NAT_FULL;
	search.back.to = reversed(key);
	search.back_key.dport = key->sport;
	search.hash = hash_of(&key->src) ^ (__u32)key->sport << 16 ^ key->dport ^ hash_of(&back_key->src);
	bpf_loop(1 + PORT_TRIES, try_port, &search, 0);
	if (!search.found)
		return REFUSAL_NAT_PORTS;
	*there = search.back;
	there->to = reversed(&search.back_key);
	if (bpf_map_update_elem(&nat_half_open, key, there, BPF_NOEXIST)) {
		bpf_map_delete_elem(&nat_half_open, &search.back_key);
		return join_flow(key, to);
	}
	*to = there->to;
	count_flow(lane);
	return REFUSAL_NONE;
}
