import type { Narrowed, Schema } from './schema'

export interface List<T> {
  items: T[]
  next: string | null
  count: number | null
}

export type Json = Record<string, unknown>
export type Role = Schema<'UserView'>['role']
export type Session = Narrowed<Schema<'SessionView'>, { user: Narrowed<Schema<'Person'>, { role: Role }> }>

export type BalanceRow = Schema<'BalanceRow'>
export type Balance = Schema<'BalanceView'>
export type SourceHealth = Schema<'SourceHealth'>
export type Overview = Schema<'Overview'>
/** What is different from a day ago. */
export type Changes = Schema<'Changes'>

/** Of the live stream, which OpenAPI cannot describe. A quarantined event may lack anything. */
export interface LiveEvent {
  message_id: string | null
  type: string | null
  event: string | null
  timestamp: string | null
  received_at: string | null
  source: string
  brand: string | null
  user_id: string | null
  anonymous_id: string | null
  profile: string | null
  status: 'stored' | 'duplicate' | 'quarantined'
  /** Of one that was not stored. */
  reason?: string | null
  properties: Json
  traits: Json
  context: Json
}

/** An event in the history of a profile or among the samples of a kind. */
export type StoredEvent = Narrowed<Schema<'StoredEvent'>, { status: 'stored' }>

export type ProfileSummary = Schema<'ProfileSummary'>

export type WriteKey = Schema<'WriteKeyView'>
export type Source = Narrowed<Schema<'SourceView'>, { party: 'first' | 'second' | 'third' }>

type StageName = 'log' | 'decode' | 'dedupe' | 'identify' | 'profile' | 'warehouse' | 'quarantine'
export type TraceStage = Narrowed<Schema<'Stage'>, { stage: StageName }>
export type Trace = Narrowed<Schema<'Trace'>, { stages: TraceStage[] }>

export type SqlResult = Schema<'Table'>
export type SqlTable = Schema<'TableView'>

export type ApiKey = Schema<'KeyView'>
/** The secret is shown once; only its hash is stored. */
export type NewApiKey = Schema<'NewKeyView'>

export type AccountSummary = Schema<'AccountSummary'>
/** Of its members the latest seen; not more than a hundred. */
export type Account = Schema<'Account'>
