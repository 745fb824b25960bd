import { PlusOutlined, SearchOutlined } from '@ant-design/icons'
import { Button, Checkbox, Input, Tag, Tree } from 'antd'
import { type Key, useMemo, useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { PageHead } from '../../../console/kit/pageHead.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { Answer, Empty } from '../../../console/kit/states.tsx'
import { useText } from '../../../console/kit/text.ts'
import { type Branch, branchesOf, withWords } from '../../../console/kit/tree.ts'
import type { OrgNode } from '../contract.ts'
import { NewOrgDrawer } from './orgForms.tsx'
import { OrgPanel } from './orgPanel.tsx'
import { useOrgTree } from './orgTree.ts'
import { kindNames, stateNames } from './words.ts'
import './orgs.css'

/** The tree at the left, the chosen organisation at the right; on a phone one after the other. */
export function OrgsPage() {
  const t = useText()
  const navigate = useNavigate()
  const { id } = useParams()
  const [closed, setClosed] = useState(false)
  const [adding, setAdding] = useState(false)
  const tree = useOrgTree(closed)
  const root = tree.lines[0]
  return (
    <>
      <PageHead
        title={t('机构', 'Organisations')}
        hint={t(
          '总行、分行、支行与部门的层级。人员的数据范围以此为准。',
          'Head office, branches, sub-branches and departments. What people may see follows this tree.',
        )}
      >
        <Can needs="orgs.edit">
          <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setAdding(true)} disabled={!root}>
            {t('新建机构', 'New organisation')}
          </Button>
        </Can>
      </PageHead>
      <div className={id ? 'zx-orgs zx-orgs-chosen' : 'zx-orgs'}>
        <section className="zx-panel zx-orgs-tree" aria-label={t('机构树', 'Tree of organisations')}>
          <Answer of={tree}>
            {({ items }) => (
              <TreeBox
                lines={items}
                chosen={id}
                choose={(next) => void navigate(`/govern/orgs/${next}`)}
                closed={closed}
                setClosed={setClosed}
              />
            )}
          </Answer>
        </section>
        <div className="zx-orgs-one">
          {id ? (
            <OrgPanel key={id} id={id} />
          ) : (
            <section className="zx-panel">
              <Empty
                title={t('从左侧选择一个机构', 'Choose an organisation at the left')}
                hint={t('查看详情、变更历史,或调整层级', 'to see its details and history, or to change it')}
              />
            </section>
          )}
        </div>
      </div>
      {root ? (
        <NewOrgDrawer
          open={adding}
          parent={id ?? root.id}
          close={() => setAdding(false)}
          made={(made) => void navigate(`/govern/orgs/${made}`)}
        />
      ) : null}
    </>
  )
}

type BoxProps = {
  lines: OrgNode[]
  chosen: string | undefined
  choose: (id: string) => void
  closed: boolean
  setClosed: (closed: boolean) => void
}

function TreeBox({ lines, chosen, choose, closed, setClosed }: BoxProps) {
  const t = useText()
  const [words, setWords] = useState('')
  const [opened, setOpened] = useState<Key[]>(() => openAtFirst(lines, chosen))
  const found = useMemo(() => withWords(lines, words), [lines, words])
  const branches = useMemo(() => branchesOf(found), [found])
  return (
    <>
      <Input
        allowClear
        prefix={<SearchOutlined aria-hidden />}
        placeholder={t('搜索机构名称或编号', 'Search by name or code')}
        aria-label={t('搜索机构名称或编号', 'Search by name or code')}
        value={words}
        onChange={(event) => setWords(event.target.value)}
      />
      <div className="zx-orgs-count">
        <span>{t(`${found.length} 个机构`, `${found.length} organisations`)}</span>
        <Checkbox checked={closed} onChange={({ target }) => setClosed(target.checked)}>
          {t('含已撤销', 'Closed too')}
        </Checkbox>
      </div>
      {found.length === 0 ? (
        <Empty title={t('没有符合条件的机构', 'No organisation matches')} />
      ) : (
        <Tree<Branch<OrgNode>>
          blockNode
          showLine
          height={620}
          treeData={branches}
          selectedKeys={chosen ? [chosen] : []}
          expandedKeys={words ? found.map((line) => line.id) : opened}
          onExpand={setOpened}
          onSelect={(_, { node }) => choose(node.line.id)}
          titleRender={({ line }) => <NodeTitle line={line} />}
        />
      )}
    </>
  )
}

/** The first two levels, and the way down to the one that was linked to. */
function openAtFirst(lines: readonly OrgNode[], chosen: string | undefined): Key[] {
  const top = lines[0]?.level ?? 1
  const way = lines.find((line) => line.id === chosen)?.path.split('.') ?? []
  return lines
    .filter((line) => line.level < top + 1 || way.includes(line.id) || way.includes(line.path.split('.').at(-1) ?? ''))
    .map((line) => line.id)
}

function NodeTitle({ line }: { line: OrgNode }) {
  const t = useText()
  return (
    <span className="zx-orgs-node">
      <span>{line.name}</span>
      {line.state === 'closed' ? <Tag>{t(stateNames.closed)}</Tag> : <small>{t(kindNames[line.kind])}</small>}
    </span>
  )
}
