import type { FormPart } from '../../../console/kit/schemaForm.tsx'
import { text } from '../../../console/kit/text.ts'
import { choices, modeHelp, modeNames } from './words.ts'

/** A name may hold a slash or a percent sign. */
export const eventHref = (name: string) => `/sense/plan/event/${encodeURIComponent(name)}`

export function eventParts(isNew: boolean): FormPart[] {
  return [
    {
      name: 'name',
      label: text('事件名(上报用)', 'Name as sent'),
      placeholder: text('例如:buy_product', 'For example buy_product'),
      disabled: !isNew,
      wide: true,
    },
    { name: 'zh', label: text('中文名', 'Chinese name'), placeholder: text('例如:购买理财', '购买理财') },
    { name: 'en', label: text('英文名', 'English name'), placeholder: text('Buy a product', 'Buy a product') },
    { name: 'mode', label: text('校验方式', 'Checks'), options: choices(modeNames), help: modeHelp },
    { name: 'owner', label: text('负责人', 'Owner') },
    { name: 'description', label: text('说明', 'Description'), widget: 'area' },
  ]
}
