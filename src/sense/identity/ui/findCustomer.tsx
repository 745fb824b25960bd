import { SearchOutlined } from '@ant-design/icons'
import { Button, Input, Popover } from 'antd'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { useText } from '../../../console/kit/text.ts'
import type { Found } from '../contract.ts'
import { graphOf } from './words.ts'

/** To the graph of one customer, by his number or by the whole value of any identity. */
export function FindCustomer() {
  const t = useText()
  const navigate = useNavigate()
  const [words, setWords] = useState('')
  const [said, setSaid] = useState<Found[] | string>()
  const [busy, setBusy] = useState(false)
  async function find() {
    if (words.trim() === '') return
    setBusy(true)
    try {
      const { items } = await api.post<{ items: Found[] }>('/api/identity/find', { q: words.trim() })
      const [only] = items
      if (only && items.length === 1) return void navigate(graphOf(only.customer))
      setSaid(items.length > 0 ? items : t('没有找到,请输入完整的值', 'Nobody found. Type the whole value.'))
    } catch (error) {
      setSaid(error instanceof Error ? error.message : String(error))
    } finally {
      setBusy(false)
    }
  }
  const hint = t('客户编号、手机号、客户号、设备号……', 'Customer, mobile, customer number, device …')
  return (
    <Popover
      open={said !== undefined}
      onOpenChange={(open) => (open ? undefined : setSaid(undefined))}
      trigger="click"
      placement="bottomRight"
      content={
        typeof said === 'string' ? (
          <span role="alert">{said}</span>
        ) : (
          <ul className="zx-id-found">
            {said?.map((found) => (
              <li key={found.customer}>
                <Link to={graphOf(found.customer)}>
                  <strong>#{found.customer}</strong>
                  <span className="zx-quiet">
                    {found.by ? `${t(found.by.name)} ${found.by.value}` : t('客户编号', 'Number')}
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        )
      }
    >
      <form
        className="zx-id-find"
        onSubmit={(event) => {
          event.preventDefault()
          void find()
        }}
      >
        <Input
          allowClear
          prefix={<SearchOutlined aria-hidden />}
          placeholder={hint}
          aria-label={t('按任一身份查找客户', 'Find a customer by any identity')}
          maxLength={255}
          autoComplete="off"
          value={words}
          onChange={({ target }) => {
            setWords(target.value)
            setSaid(undefined)
          }}
        />
        <Button htmlType="submit" loading={busy}>
          {t('查找', 'Find')}
        </Button>
      </form>
    </Popover>
  )
}
