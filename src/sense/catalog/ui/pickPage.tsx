import { AimOutlined, DesktopOutlined, ExportOutlined, MobileOutlined } from '@ant-design/icons'
import { Alert, App, Button, Input, Segmented, Spin, Tag } from 'antd'
import { type ReactNode, useRef, useState } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { isProblem } from '../../../console/kit/api.ts'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { CopyButton } from '../../../console/kit/secretOnce.tsx'
import { Empty } from '../../../console/kit/states.tsx'
import { useText } from '../../../console/kit/text.ts'
import { useApi } from '../../../console/kit/useApi.ts'
import { PickPanel } from './pickPanel.tsx'
import { usePicking } from './usePicking.ts'
import './picking.css'

export function PickPage() {
  const t = useText()
  const navigate = useNavigate()
  const { message } = App.useApp()
  const picking = usePicking()
  const { picked, page, link, pick, named } = picking
  const [narrow, setNarrow] = useState(true)
  return (
    <>
      <PageHead
        title={t('圈选元素', 'Pick an element')}
        back="/sense/picking"
        hint={t(
          '打开页面,点选元素并命名;保存后立即可用,历史数据同样适用。圈选时在页面上的操作不会被采集。',
          'Open a page, point at an element and name it. It holds at once, for the past too. What you do on the page meanwhile is not collected.',
        )}
      />
      <AddressBar open={picking.open} />
      <div className="zx-pick">
        <section className="zx-pick-stage" aria-label={t('页面', 'Page')}>
          {pick ? (
            <div className="zx-pick-bar">
              <Segmented<'pick' | 'browse'>
                aria-label={t('模式', 'Mode')}
                value={picking.mode}
                onChange={picking.choose}
                disabled={link !== 'linked'}
                options={[
                  { value: 'pick', label: t('圈选', 'Pick'), icon: <AimOutlined aria-hidden /> },
                  { value: 'browse', label: t('浏览', 'Browse'), icon: <ExportOutlined aria-hidden /> },
                ]}
              />
              {pick.here ? (
                <Segmented<boolean>
                  aria-label={t('宽度', 'Width')}
                  value={narrow}
                  onChange={setNarrow}
                  options={[
                    { value: true, label: t('手机', 'Phone'), icon: <MobileOutlined aria-hidden /> },
                    { value: false, label: t('桌面', 'Desktop'), icon: <DesktopOutlined aria-hidden /> },
                  ]}
                />
              ) : null}
              <span className="zx-pick-title" title={page?.url}>
                {page?.title}
              </span>
              {named > 0 ? (
                <Tag color="success">{t(`${named} 个元素已命名`, `${named} elements have a name`)}</Tag>
              ) : null}
            </div>
          ) : null}
          <Stage picking={picking} narrow={narrow} />
        </section>
        <div className="zx-pick-side">
          {picked ? (
            <PickPanel
              key={JSON.stringify(picked.element)}
              picked={picked}
              page={page}
              show={picking.show}
              saved={(name) => {
                void picking.tellNames()
                message.success(
                  <span>
                    {t(
                      '已保存,历史数据同样适用;可以继续圈选,或',
                      'Saved; it holds for the past too. Go on picking, or',
                    )}{' '}
                    <Button
                      type="link"
                      size="small"
                      onClick={() => void navigate(`/sense/picking/event/${encodeURIComponent(name)}`)}
                    >
                      {t('查看该虚拟事件', 'see the virtual event')}
                    </Button>
                  </span>,
                  6,
                )
                picking.setPicked(undefined)
                picking.show('')
              }}
            />
          ) : (
            <Panel>
              <Empty
                title={
                  link === 'linked' ? t('请点选元素', 'Point at an element') : t('尚未打开页面', 'No page is open')
                }
                hint={
                  link === 'linked'
                    ? t(
                        '鼠标悬停可预览范围,点击即选中;绿色虚线是已命名的元素。切换到“浏览”可正常操作页面。',
                        'Hover to see its extent, click to pick. A green dashed frame has a name already. Switch to Browse to use the page as usual.',
                      )
                    : t(
                        '选择演示页面,或输入已接入 SDK 的网址',
                        'Choose a demo page, or give an address that has the SDK',
                      )
                }
              />
            </Panel>
          )}
        </div>
      </div>
    </>
  )
}

function AddressBar({ open }: { open: (url: string) => Promise<void> }) {
  const t = useText()
  const [params, setParams] = useSearchParams()
  const asked = useApi<{ items: { title: string; path: string }[] }>('/api/catalog/picking/pages')
  const [url, setUrl] = useState(params.get('url') ?? '')
  const [fault, setFault] = useState('')
  const [busy, setBusy] = useState(false)
  const id = useRef('zx-pick-address')
  async function go(to: string) {
    setUrl(to)
    setFault('')
    setBusy(true)
    try {
      await open(to.trim())
      setParams({ url: to.trim() }, { replace: true })
    } catch (error) {
      const field = isProblem(error) ? error.fields[0]?.message : undefined
      setFault(field ?? (error instanceof Error ? error.message : String(error)))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Panel>
      <form
        className="zx-pick-address"
        onSubmit={(event) => {
          event.preventDefault()
          void go(url)
        }}
      >
        <label htmlFor={id.current}>{t('页面地址', 'Address')}</label>
        <Input
          id={id.current}
          value={url}
          status={fault ? 'error' : undefined}
          aria-describedby={fault ? `${id.current}-fault` : undefined}
          aria-invalid={fault !== ''}
          placeholder="https://"
          maxLength={2000}
          onChange={(event) => setUrl(event.target.value)}
        />
        <Button type="primary" htmlType="submit" loading={busy} disabled={url.trim() === ''}>
          {t('打开', 'Open')}
        </Button>
        {fault ? (
          <p id={`${id.current}-fault`} role="alert" className="zx-pick-fault">
            {fault}
          </p>
        ) : null}
      </form>
      {asked.data && asked.data.items.length > 0 ? (
        <div className="zx-pick-pages">
          <span className="zx-quiet">{t('演示页面', 'Demo pages')}</span>
          {asked.data.items.map(({ title, path }) => (
            <Button key={path} size="small" onClick={() => void go(path)}>
              {title}
            </Button>
          ))}
        </div>
      ) : null}
    </Panel>
  )
}

function Stage({ picking, narrow }: { picking: ReturnType<typeof usePicking>; narrow: boolean }) {
  const t = useText()
  const { link, pick, source, frame } = picking
  if (!pick)
    return (
      <div className="zx-pick-blank">
        <AimOutlined aria-hidden />
        <p>{t('打开的页面显示在这里', 'The page appears here')}</p>
      </div>
    )
  return (
    <>
      {link === 'silent' ? <Silent origin={pick.origin} /> : null}
      {source ? (
        <div className={narrow ? 'zx-pick-frame zx-pick-narrow' : 'zx-pick-frame'}>
          <iframe key={source.key} ref={frame} src={source.src} title={t('被圈选的页面', 'The page to pick on')} />
        </div>
      ) : (
        <div className="zx-pick-blank">
          <ExportOutlined aria-hidden />
          <p>
            {link === 'linked'
              ? t(
                  '页面已在新窗口打开,请在那里点选元素',
                  'The page is in a window of its own: point at an element there',
                )
              : t('正在新窗口打开页面…', 'Opening the page in a window of its own…')}
          </p>
        </div>
      )}
      {link === 'opening' ? <Spin className="zx-pick-spin" aria-label={t('正在打开', 'Opening')} /> : null}
    </>
  )
}

function Silent({ origin }: { origin: string }): ReactNode {
  const t = useText()
  const tag = `<script defer src="${location.origin}/sdk/zhixing.js" data-project="default"></script>`
  return (
    <Alert
      type="warning"
      showIcon
      title={t(`页面没有应答(${origin})`, `The page does not answer (${origin})`)}
      description={
        <>
          <p>
            {t(
              '请确认页面已接入网页 SDK、浏览器没有拦截新窗口,且页面的安全策略(CSP)允许本服务器的脚本和连接。页面中加入:',
              'Check that the page has the web SDK, that the browser did not block the window, and that the page’s policy (CSP) allows scripts and connections of this server. In the page:',
            )}
          </p>
          <div className="zx-pick-tag">
            <code>{tag}</code>
            <CopyButton value={tag} />
          </div>
        </>
      }
    />
  )
}
