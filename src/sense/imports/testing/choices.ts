import { text } from '../../../platform/problem.ts'
import type { Choices } from '../contract.ts'

/** What every bank has. */
export const standardChoices: Choices = {
  identities: [
    { kind: 'customer_no', name: text('客户号', 'Customer number') },
    { kind: 'certificate', name: text('证件号码', 'Certificate number') },
    { kind: 'card', name: text('卡号', 'Card number') },
    { kind: 'login_id', name: text('登录账号', 'Login') },
    { kind: 'mobile', name: text('手机号', 'Mobile number') },
    { kind: 'email', name: text('邮箱', 'Mail address') },
    { kind: 'unionid', name: text('微信 UnionID', 'WeChat UnionID') },
    { kind: 'openid', name: text('微信 OpenID', 'WeChat OpenID') },
    { kind: 'device_id', name: text('设备号', 'Device') },
    { kind: 'anonymous_id', name: text('匿名标识', 'Anonymous id') },
  ],
  items: [
    { type: 'product', name: text('产品', 'Product') },
    { type: 'holding', name: text('持仓', 'Holding') },
    { type: 'employee', name: text('员工', 'Employee') },
    { type: 'order', name: text('订单', 'Order') },
    { type: 'transaction', name: text('交易', 'Transaction') },
    { type: 'content', name: text('内容', 'Content') },
    { type: 'merchant', name: text('商户', 'Merchant') },
  ],
  events: [],
  attributes: [],
}
