/** Door of `plan`: pure decisions; no I/O, no clock. */
export { compilePort } from './compile-port.ts';
export type { DnsEndpoint, DnsImport, DnsInput, DnsPort, DnsService, DnsSnapshot } from './dns-model.ts';
export { dnsView } from './dns-view.ts';
export { type Drained, drainedOf, type DrainSpec, drains, drainsAny, openByService } from './drains.ts';
export { DEFAULT_EJECTION, ejectionFor } from './ejection.ts';
export { type ExportVerdict, exportConditions } from './export-conditions.ts';
export { exportRecord } from './export-record.ts';
export { gatewaysFor } from './gateways-for.ts';
export { gatewayModel, type Lane, type LocalService, type OwnExport } from './gateway-model.ts';
export { hash32 } from './hash.ts';
export { holdTasks } from './hold-tasks.ts';
export { headlessEndpoints, type HeadlessEndpoints } from './headless-endpoints.ts';
export {
  type LaneKey,
  type LanePortChange,
  type LanePortOptions,
  type LanePortRecord,
  lanePortOf,
  reconcileLanePorts,
} from './lane-ports.ts';
export { type LocalPod, type LocalPort, localEndpoints, servingPods } from './local-endpoints.ts';
export { isOwnSlice, PROVISION_CLUSTER, type SliceView } from './own-slices.ts';
export { type IndexClaim, memberIndex } from './member-index.ts';
export { mergeExports } from './merge-exports.ts';
export { namesHash } from './names-hash.ts';
export { type PeerChange, type PeerRecord, pickPeerAddress, reconcilePeers } from './peers.ts';
export { isClusterKey, keyMatches } from './place.ts';
export { type CallerPlace, preferredPods } from './preferred-pods.ts';
export { shareCounts, sharesTable } from './shares-table.ts';
export {
  inRanges,
  isSubstituteOf,
  mergeRanges,
  needsSubstitutes,
  pickSubstitute,
  type PodRanges,
} from './substitutes.ts';
export { type PolicySpec, trafficPolicy } from './traffic-policy.ts';
export { agreed, allDown, readVerdicts, type Verdict, type Verdicts } from './verdicts.ts';
export { pickVip, reconcileVips, type VipChange, type VipRecord } from './vips.ts';
export {
  type AbsenceInput,
  type AbsenceVerdict,
  type KnownExport,
  type PublishedMarker,
  type PublishingMember,
  vouchedAbsences,
} from './vouched-absences.ts';
export type {
  CalledAs,
  CompiledPort,
  Ejection,
  Conflict,
  ConflictReason,
  EndpointPort,
  ExportedEndpoint,
  ExportedPort,
  Exporter,
  ExportRecord,
  Family,
  Gateway,
  ImportType,
  LbType,
  Member,
  MergedImport,
  MergedPort,
  Place,
  PortRequest,
  Problem,
  Protocol,
  ServedEndpoint,
  ServiceName,
  Serving,
  Share,
  TargetKey,
  Tier,
  TrafficPolicy,
} from './model.ts';
