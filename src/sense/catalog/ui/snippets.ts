import { type Text, text } from '../../../console/kit/text.ts'
import type { SourceRow } from '../contract.ts'

export type Snippet = { key: string; label: Text; says: Text; code: string }

/** What a developer pastes, with this bank's address and this source's own key in it. */
export function snippetsOf({ project, writeKey, kind }: SourceRow, origin: string): Snippet[] {
  const { host, protocol: scheme } = new URL(origin)
  const protocol = scheme.replace(':', '')
  const all: Snippet[] = [
    {
      key: 'zhixing',
      label: text('知行网页 SDK', 'Our web SDK'),
      says: text(
        '自动采集浏览、点击、表单与曝光,不采集输入的内容;页面可直接圈选。严格的安全策略(CSP)下只需允许本地址的脚本与连接。',
        'Sends views, clicks, forms and exposures by itself, never what is typed; its pages can be picked on. A strict policy (CSP) allows scripts and connections of this address, and no more.',
      ),
      code: `<script defer src="${origin}/sdk/zhixing.js" data-project="${project}"></script>
<!-- 登录后调用 / after sign-in: zhixing.identify('客户号')  退出后 / after sign-out: zhixing.reset() -->`,
    },
    {
      key: 'sensors',
      label: text('神策 JS SDK', 'Sensors JS'),
      says: text(
        '已接入神策 SDK 的页面只需更换 server_url;App 与小程序的神策 SDK 用同一地址。',
        'Pages that carry the Sensors SDK change server_url alone; apps and mini programs use the same address.',
      ),
      code: `<script src="sensorsdata.min.js"></script>
<script>
  var sensors = window.sensorsDataAnalytic201505
  sensors.init({
    server_url: '${origin}/sa?project=${project}',
    is_track_single_page: true,
    heatmap: { clickmap: 'default', scroll_notice_map: 'not_collect' },
  })
  sensors.quick('autoTrack')
  // 登录后调用 / after sign-in
  // sensors.login('客户号')
</script>`,
    },
    {
      key: 'segment',
      label: text('Segment JS', 'Segment JS'),
      says: text(
        'RudderStack 的 SDK 与各语言的 Segment 服务端 SDK 同样适用,只需更换地址与密钥。',
        'The SDKs of RudderStack and the Segment SDKs of servers work too: change the address and the key.',
      ),
      code: `import { AnalyticsBrowser } from '@segment/analytics-next'

const analytics = AnalyticsBrowser.load({
  writeKey: '${writeKey}',
  cdnSettings: {
    integrations: {
      'Segment.io': {
        apiKey: '${writeKey}',
        apiHost: '${host}/v1',
        protocol: '${protocol}',
      },
    },
  },
})

analytics.page()
// analytics.identify('客户号')
// analytics.track('buy_product', { product_no: 'P1001', amount: 100000 })`,
    },
    {
      key: 'http',
      label: text('HTTP 接口', 'HTTP'),
      says: text(
        '供服务端系统直接调用,逐条返回结果;相同 id 只存一次,失败可放心重试。',
        'For servers, with a result for each message: one id is stored once, so a failed call can safely be repeated.',
      ),
      code: `curl '${origin}/v1/collect' \\
  -u '${writeKey}:' \\
  -H 'content-type: application/json' \\
  -d '{
    "messages": [{
      "id": "order-10001-paid",
      "type": "event",
      "time": "2026-01-05T09:00:00+08:00",
      "event": "buy_product",
      "ids": { "customer_no": "100001" },
      "props": { "product_no": "P1001", "amount": 100000 }
    }]
  }'`,
    },
  ]
  const first = kind === 'server' || kind === 'import' ? 'http' : 'sensors'
  return all.sort((a, b) => Number(b.key === first) - Number(a.key === first))
}
