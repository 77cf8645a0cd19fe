export interface Snippet {
  id: string
  /** A product's or language's own name: not translated. */
  label: string
  code: string
}

/** What to paste where, with the address of this server and the real key in it. */
export function snippetsFor(origin: string, key: string): Snippet[] {
  return [
    { id: 'curl', label: 'curl', code: curl(origin, key) },
    { id: 'browser', label: 'Browser', code: browser(origin, key) },
    { id: 'node', label: 'Node.js', code: node(origin, key) },
    { id: 'python', label: 'Python', code: python(origin, key) },
    { id: 'rudderstack', label: 'RudderStack', code: rudderstack(origin, key) },
  ]
}

export function curl(origin: string, key: string): string {
  return `curl -u ${key}: ${origin}/v1/track \\
  -H 'Content-Type: application/json' \\
  -d '{"userId": "ada", "event": "Signed Up", "properties": {"plan": "free"}}'`
}

export function groupCall(origin: string, key: string): string {
  return `curl -u ${key}: ${origin}/v1/group \\
  -H 'Content-Type: application/json' \\
  -d '{"userId": "ada", "groupId": "acme", "traits": {"name": "Acme Inc."}}'`
}

const METHODS =
  '["track","page","identify","group","alias","ready","reset","on","once","off","trackLink","trackForm","setAnonymousId"]'

function browser(origin: string, key: string): string {
  return `<script>
  !function(){var a=window.analytics=window.analytics||[];if(a.load)return;
  ${METHODS}.forEach(function(m){a[m]=function(){
    a.push([m].concat([].slice.call(arguments)));return a}});
  a.load=function(k){var s=document.createElement("script");s.async=1;
    s.src="${origin}/analytics.js/v1/"+k+"/analytics.min.js";
    document.head.appendChild(s)};
  a._writeKey="${key}";a._cdn="${origin}";
  a.load("${key}");a.page()}();
</script>`
}

function node(origin: string, key: string): string {
  return `// npm install @segment/analytics-node
import { Analytics } from '@segment/analytics-node'

const analytics = new Analytics({ writeKey: '${key}', host: '${origin}' })
analytics.identify({ userId: 'ada', traits: { email: 'ada@example.org' } })
analytics.track({ userId: 'ada', event: 'Signed Up' })
await analytics.closeAndFlush()`
}

function python(origin: string, key: string): string {
  return `# pip install segment-analytics-python
import segment.analytics as analytics

analytics.write_key = "${key}"
analytics.host = "${origin}"
analytics.identify("ada", {"email": "ada@example.org"})
analytics.track("ada", "Signed Up")
analytics.flush()`
}

function rudderstack(origin: string, key: string): string {
  return `// npm install @rudderstack/analytics-js
import { RudderAnalytics } from '@rudderstack/analytics-js'

const rudder = new RudderAnalytics()
rudder.load('${key}', '${origin}', { configUrl: '${origin}' })
rudder.identify('ada', { email: 'ada@example.org' })
rudder.track('Signed Up')`
}
