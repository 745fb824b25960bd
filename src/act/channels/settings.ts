import { Type } from 'typebox'
import { defineParameter } from '../../govern/system/system.ts'
import { text } from '../../platform/problem.ts'

const group = text('触达渠道', 'Channels')

export const networks = defineParameter({
  name: 'channels.networks',
  schema: Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { maxItems: 200 }),
  default: [],
  text: text('渠道可以连接的地址', 'Addresses that channels may connect to'),
  help: text(
    '主机名、IP 或网段(10.0.0.0/8)。为空:除本机、链路本地与云元数据地址外均可。这些特殊地址须逐一列出',
    'Host names, addresses or networks (10.0.0.0/8). None: all but this machine, link-local and cloud metadata addresses, which must be named here',
  ),
  group,
})
