/** Shapes of the management API. Instants are ISO 8601 in UTC. */

export interface List<T> {
  items: T[]
  next: string | null
  count: number | null
}

export type Role = 'viewer' | 'editor' | 'admin'

export interface Session {
  user: { email: string; name: string; has_password: boolean; role: Role }
  csrf: string
  /** What the role may do: `read`, `write`, `admin`. */
  scopes: string[]
}

export interface BalanceRow {
  accepted: number
  stored: number
  duplicate: number
  filtered: number
  suppressed: number
  quarantined: number
  pending: number
}

export interface Balance {
  balanced: boolean
  totals: BalanceRow
  sources: (BalanceRow & { source: string })[]
}

export interface SourceHealth {
  id: number
  slug: string
  name: string
  kind: string
  brand: string
  last_event_at: string | null
  events_24h: number
  quarantined_24h: number
  duplicates: number
}

export interface Overview {
  volume: { minute: string; events: number }[]
  totals: { events: number; profiles: number; known: number; anonymous: number; new_today: number }
  freshness: {
    last_event_at: string | null
    pipeline_lag_events: number
    pipeline_lag_seconds: number
    warehouse_lag_events: number
  }
  balance: Balance
  sources: SourceHealth[]
  checklist: { key: string; done: boolean }[]
  top_events: { event: string; count: number }[]
}

/** What is different from a day ago. */
export interface Changes {
  since: string
  new_people: number
  /** Anonymous until they said who they are. */
  recognised: number
  merged_by_hand: number
  separated_by_hand: number
  quarantined: number
  new_events: { type: string; event: string; count: number }[]
  silent_sources: { slug: string; name: string; last_event_at: string }[]
}

export type Json = Record<string, unknown>

/** A quarantined event may lack anything. */
export interface LiveEvent {
  message_id: string | null
  type: string | null
  event: string | null
  timestamp: string | null
  received_at: string | null
  source: string
  brand: string
  user_id: string | null
  anonymous_id: string | null
  profile: string | null
  status: 'stored' | 'duplicate' | 'quarantined'
  reason: string | null
  properties: Json
  traits: Json
  context: Json
}

export interface TypedValue {
  type: string
  value: string
}

export interface ProfileSummary {
  id: string
  name: string
  identifiers: TypedValue[]
  first_seen: string
  last_seen: string
  events: number
  brands: string[]
  known: boolean
}

export interface WriteKey {
  key: string
  created_at: string
  revoked_at: string | null
  last_used_at: string | null
  works: boolean
}

export interface Source {
  id: number
  slug: string
  name: string
  kind: string
  brand: string
  region: string
  party: 'first' | 'second' | 'third'
  ttl_days: number | null
  enabled: boolean
  created_at: string
  write_keys: WriteKey[]
}

export interface TraceStage {
  stage: 'log' | 'decode' | 'dedupe' | 'identify' | 'profile' | 'warehouse' | 'quarantine'
  at: string | null
  status: string
  detail: Json
}

export interface Trace {
  message_id: string
  found: boolean
  stages: TraceStage[]
}

export interface SqlResult {
  columns: string[]
  types: string[]
  rows: unknown[][]
  truncated: boolean
  elapsed_ms: number
}

export interface SqlTable {
  name: string
  kind: string
  columns: { name: string; type: string }[]
}

export interface ApiKey {
  id: string
  name: string
  prefix: string
  last4: string
  scopes: string[]
  created_at: string
  created_by: string
  last_used_at: string | null
  revoked_at: string | null
}

export interface NewApiKey {
  key: ApiKey
  /** Shown once; only its hash is stored. */
  secret: string
}

export interface AccountSummary {
  id: string
  /** The trait of that name, else the id. */
  name: string
  traits: Json
  members_count: number
  first_seen: string | null
  last_seen: string | null
}

export interface Account extends AccountSummary {
  /** The latest seen; not more than a hundred. */
  members: ProfileSummary[]
}
