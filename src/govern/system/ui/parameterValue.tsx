import { useFormats } from '../../../console/kit/format.ts'
import { useText } from '../../../console/kit/text.ts'
import type { ParameterRow } from '../contract.ts'

/** A value as a person reads it, with its unit. */
export function ParameterValue({ row, value }: { row: ParameterRow; value: unknown }) {
  const t = useText()
  const { number } = useFormats()
  const unit = row.unit ? t(` ${row.unit.zh}`, ` ${row.unit.en}`) : ''
  if (typeof value === 'boolean') return value ? t('开启', 'On') : t('关闭', 'Off')
  if (typeof value === 'number') return `${number(value)}${unit}`
  if (value === null || value === undefined || value === '') return t('未设置', 'Not set')
  if (Array.isArray(value)) return value.length > 0 ? value.join(t('、', ', ')) : t('无', 'None')
  return typeof value === 'string' ? `${value}${unit}` : JSON.stringify(value)
}
