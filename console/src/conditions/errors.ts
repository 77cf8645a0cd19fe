import { ApiError } from '@/api/client'

/** What the server refused, and where: `when.all[1].where[0].op`. */
export interface NodeError {
  at: string
  message: string
  hint: string
}

/** Of an error that names a node; other errors are for the page to tell. */
export function nodeError(error: unknown): NodeError | undefined {
  if (!(error instanceof ApiError) || typeof error.details.node !== 'string') return undefined
  // Checks across definitions put the key in front: "vip: when.all[0]".
  const at = error.details.node.replace(/^[a-z0-9_]+: /, '')
  const message = error.message.startsWith(`${error.details.node}: `) ? error.message.slice(error.details.node.length + 2) : error.message
  return { at, message, hint: error.hint }
}

/** Whether the error belongs to the node at `at` itself, or to something inside of it. */
export function isInside(error: NodeError | undefined, at: string): error is NodeError {
  if (!error?.at.startsWith(at)) return false
  const next = error.at[at.length]
  return next === undefined || next === '.' || next === '['
}
