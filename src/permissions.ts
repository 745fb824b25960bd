import { permissions as channelsPermissions } from './act/channels/contract.ts'
import { permissions as contentPermissions } from './act/content/contract.ts'
import { permissions as messagesPermissions } from './act/messages/contract.ts'
import { permissions as contactPermissions } from './decide/contact/contract.ts'
import { declarePermissions } from './govern/access/access.ts'
import { text } from './platform/problem.ts'
import { permissions as catalogPermissions } from './sense/catalog/contract.ts'
import { permissions as collectPermissions } from './sense/collect/contract.ts'
import { permissions as customersPermissions } from './sense/customers/contract.ts'
import { permissions as identityPermissions } from './sense/identity/contract.ts'
import { permissions as importsPermissions } from './sense/imports/contract.ts'
import { permissions as segmentsPermissions } from './sense/segments/contract.ts'
import { permissions as tagsPermissions } from './sense/tags/contract.ts'
import { permissions as warehousePermissions } from './sense/warehouse/contract.ts'

// What may be done in each capability: said before anybody is let in.

declarePermissions({ id: 'catalog', name: text('数据目录', 'Catalogue'), permissions: catalogPermissions })
declarePermissions({ id: 'collect', name: text('数据采集', 'Collection'), permissions: collectPermissions })
declarePermissions({ id: 'identity', name: text('统一身份', 'Identity'), permissions: identityPermissions })
declarePermissions({ id: 'customers', name: text('客户', 'Customers'), permissions: customersPermissions })
declarePermissions({ id: 'imports', name: text('数据导入', 'Imports'), permissions: importsPermissions })
declarePermissions({ id: 'warehouse', name: text('数仓映射', 'Warehouse'), permissions: warehousePermissions })
declarePermissions({ id: 'tags', name: text('标签', 'Tags'), permissions: tagsPermissions })
declarePermissions({ id: 'segments', name: text('客群', 'Segments'), permissions: segmentsPermissions })
declarePermissions({ id: 'contact', name: text('触达策略', 'Contact policy'), permissions: contactPermissions })
declarePermissions({ id: 'content', name: text('内容', 'Content'), permissions: contentPermissions })
declarePermissions({ id: 'channels', name: text('触达渠道', 'Channels'), permissions: channelsPermissions })
declarePermissions({ id: 'messages', name: text('消息', 'Messages'), permissions: messagesPermissions })
