import type { components } from '@server'

type Schemas = components['schemas']

/** The server writes every field of an answer, also those that have a default. */
type Written<T> = T extends readonly (infer Item)[] ? Written<Item>[] : T extends object ? { [Name in keyof T]-?: Written<T[Name]> } : T

/**
 * A shape that the management API answers with, as its OpenAPI document says (`make console-types`).
 * Instants are ISO 8601 in UTC.
 */
export type Schema<Name extends keyof Schemas> = Written<Schemas[Name]>

/** The same with fields that the document calls any mapping: languages of their own, which are written by hand. */
export type Spelled<Base, Fields extends Partial<Record<keyof Base, unknown>>> = Omit<Base, keyof Fields> & Fields

/** The same with fields whose few values are known better here; they have to fit what the server says. */
export type Narrowed<Base, Fields extends Partial<Base>> = Omit<Base, keyof Fields> & Fields
