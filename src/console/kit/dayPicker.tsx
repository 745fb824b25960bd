import { DatePicker } from 'antd'
import dayjs from 'dayjs'

type DayProps = {
  id?: string
  /** An ISO instant. */
  value?: string | null
  onChange?: (value: string | null) => void
  disabled?: boolean
  /** Days that cannot be chosen lie before today. */
  future?: boolean
  placeholder?: string
}

/** Chooses a day, given as the instant at its end: what is valid until Friday is valid on Friday. */
export function DayPicker({ id, value, onChange, disabled, future, placeholder }: DayProps) {
  return (
    <DatePicker
      id={id}
      style={{ width: '100%' }}
      value={value ? dayjs(value) : null}
      disabled={disabled}
      placeholder={placeholder}
      minDate={future ? dayjs() : undefined}
      onChange={(day) => onChange?.(day ? day.endOf('day').toISOString() : null)}
    />
  )
}
