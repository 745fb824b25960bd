import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Input, Select } from 'antd'
import { useText } from '../../../console/kit/text.ts'
import type { Window } from '../contract.ts'

const dayNames = [
  ['一', 'Mon'],
  ['二', 'Tue'],
  ['三', 'Wed'],
  ['四', 'Thu'],
  ['五', 'Fri'],
  ['六', 'Sat'],
  ['日', 'Sun'],
] as const

/** Days and hours, one line each; a window that ends before it begins goes on into the next day. */
export function WindowsField({ value = [], onChange }: { value?: Window[]; onChange?: (next: Window[]) => void }) {
  const t = useText()
  const set = (index: number, part: Partial<Window>) =>
    onChange?.(value.map((one, i) => (i === index ? { ...one, ...part } : one)))
  return (
    <div className="zx-ch-windows">
      {value.map((one, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have nothing else to be told by
        <div key={i} className="zx-ch-window">
          <Select
            mode="multiple"
            aria-label={t('星期', 'Days')}
            placeholder={t('每天', 'Every day')}
            value={one.days}
            onChange={(days: number[]) => set(i, { days: days.toSorted() })}
            options={dayNames.map(([zh, en], day) => ({ value: day + 1, label: t(`周${zh}`, en) }))}
          />
          <Input
            aria-label={t('开始', 'From')}
            type="time"
            value={one.from}
            onChange={({ target }) => set(i, { from: target.value })}
          />
          <span aria-hidden>–</span>
          <Input
            aria-label={t('结束', 'Until')}
            type="time"
            value={one.until}
            onChange={({ target }) => set(i, { until: target.value })}
          />
          <Button
            type="text"
            icon={<DeleteOutlined aria-hidden />}
            aria-label={t('删除时段', 'Remove')}
            onClick={() => onChange?.(value.filter((_, at) => at !== i))}
          />
        </div>
      ))}
      <Button
        type="link"
        className="zx-ch-add"
        icon={<PlusOutlined aria-hidden />}
        onClick={() => onChange?.([...value, { days: [], from: '08:00', until: '22:00' }])}
      >
        {value.length === 0 ? t('全天可发;添加时段', 'At any time; add a window') : t('添加时段', 'Add a window')}
      </Button>
    </div>
  )
}
