/** Only a path on this server: never an address that a link could smuggle in. */
export function safePath(next: string | undefined): string {
  return next?.startsWith('/') && !/^\/[/\\]/.test(next) && !next.startsWith('/login') ? next : '/'
}
