// Says one thing of each kind with @segment/analytics-node. Run with WRITE_KEY and HOST set.
const { Analytics } = require('@segment/analytics-node')

const analytics = new Analytics({ writeKey: process.env.WRITE_KEY, host: process.env.HOST })
analytics.on('error', (error) => {
  console.error(String(error))
  process.exitCode = 1
})

const userId = 'u1'
analytics.identify({ userId, traits: { email: 'neha@example.com' } })
analytics.track({ userId, event: 'Order Completed', properties: { total: 499.5, note: '👗' } })
analytics.page({ userId, name: 'Home', properties: { url: 'https://shop.example/' } })
analytics.screen({ userId, name: 'Cart' })
analytics.group({ userId, groupId: 'acme', traits: { name: 'Acme' } })
analytics.alias({ userId, previousId: 'anon-1' })
analytics.track({ anonymousId: 'anon-2', event: 'Cut', properties: { text: '👗'.slice(0, 1) } })
analytics.closeAndFlush({ timeout: 15000 })
