/**
 * Every condition we write: its types, its reasons, and what each reason means. The sentence a person sees names the objects and
 * numbers; this is the general one, for documentation. Reasons of the Multi-Cluster Services API are KEP-1645's.
 */
export interface ConditionWords {
  readonly [kind: string]: { readonly [type: string]: { readonly [reason: string]: string } };
}

export const CONDITION_WORDS = {
  ServiceExport: {
    Valid: {
      Valid: 'The Service can be exported.',
      NoService: 'There is no Service of this name; it is exported as soon as there is.',
      InvalidServiceType: 'A Service of type ExternalName cannot be exported.',
      NamespaceNotAllowed: "The member's spec.exports does not allow this namespace.",
      NoPorts: 'The Service has none of the ports that the export lists.',
      Ignored: 'An object of another group speaks for this service.',
    },
    Ready: {
      Exported: 'The hub holds the export.',
      TooManyEndpoints:
        'The hub holds the export, without some endpoints: a headless service has more than may be exported.',
      Pending: 'The export is not published yet.',
      Failed: 'The export cannot be published; the message says why.',
    },
    Conflict: {
      NoConflicts: 'All exporters agree, or there is one only.',
      PortConflict: 'Exporters have different ports.',
      TypeConflict: 'Some exporters are headless, some are not.',
      SessionAffinityConflict: 'Exporters differ in sessionAffinity.',
      SessionAffinityConfigConflict: 'Exporters differ in sessionAffinityConfig.',
      InternalTrafficPolicyConflict: 'Exporters differ in internalTrafficPolicy.',
      TrafficDistributionConflict: 'Exporters differ in trafficDistribution.',
      IPFamilyConflict: 'Exporters differ in ipFamilies.',
      LabelsConflict: 'Exporters differ in exportedLabels.',
      AnnotationsConflict: 'Exporters differ in exportedAnnotations.',
    },
    Honoured: {
      Honoured: 'Every field is honoured.',
      NotYetHonoured: 'Fields that do nothing yet are set; the message names them.',
    },
  },
  ServiceImport: {
    Ready: {
      Ready: 'The service can be called.',
      Pending: 'The VIP range has no address left.',
      IPFamilyNotSupported: 'This cluster has none of the address families of the service.',
      ManagedByKarmada: 'The object belongs to Karmada and is not written; traffic follows the exports all the same.',
    },
    ServesUnhookedPods: {
      DerivedService: "Pods that no hook sees call a derived Service, served by the cluster's own service proxy.",
      NotAskedFor: 'Pods that no hook sees cannot call it: the member makes no derived Services.',
      NoDerivedService: 'The derived Service cannot be made; the message says why.',
    },
  },
  GlobalTrafficPolicy: {
    Accepted: {
      Accepted: 'The policy is heard.',
      InvalidValue: 'A field has a value that makes no sense; the message names it.',
      Ignored: 'A policy of another group speaks for this service.',
    },
    TargetsResolved: {
      Resolved: 'Every target means a member that exports the service.',
      UnknownCluster: 'A target means no member.',
      NotExported: 'A target means members, none of which exports the service; or nobody exports it.',
      MalformedKey: 'A target is neither a member name nor region/zone/group/cluster.',
      TooManyTargets: 'Locality takes at most one target.',
      NoWeight: 'Every target has the weight 0: no connection goes to any of them.',
    },
    Programmed: {
      Programmed: 'Every node has this generation in its kernel.',
      Pending: 'Some nodes do not have it yet.',
      NoAgents: 'No agent is alive in this cluster.',
    },
  },
  MemberCluster: {
    Ready: {
      Ready: 'Other members can reach it.',
      NoGateway: 'No agent with the gateway role is alive.',
      TransportUnavailable: 'The transport asked for is not available; nobody calls this member.',
    },
    Reachable: {
      Answers: 'Its gateways answer the probes of this member.',
      SomeGatewaysDown: 'Some of its gateways do not answer, and are left out.',
      NoGatewayAnswers: 'None of its gateways answers: no connection goes there.',
      NotKnown:
        'No gateway of this member can tell: none has heard of it, or each suspects its own link. What was known before holds.',
    },
    IndexConflict: {
      SameIndex:
        'Two members have been given one number: pods of headless services may get the same substitute address.',
    },
    TablePressure: {
      TableFillsUp: 'Kernel tables of nodes are more than 80 % full; the message names them.',
    },
    HubStateSuspect: {
      AbsenceUnvouched: 'The hub lacks exports of others, and nobody vouches for their absence: they are kept.',
    },
  },
  Cluster: {
    Managed: { UseJoin: 'Credentials in objects are not read: run the member in that cluster.' },
  },
} as const satisfies ConditionWords;
