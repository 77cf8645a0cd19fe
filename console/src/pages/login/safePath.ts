const HERE = 'https://here.invalid'

/** Only a path on this server, as a browser reads it: never an address that a link could smuggle in. */
export function safePath(next: string | undefined): string {
  if (!next?.startsWith('/') || !URL.canParse(next, HERE)) return '/'
  const { origin, pathname, search, hash } = new URL(next, HERE)
  const leadsHere = origin === HERE && !pathname.startsWith('//') && !/^\/login(\/|$)/.test(pathname)
  return leadsHere ? pathname + search + hash : '/'
}
