import { SearchOutlined } from '@ant-design/icons'
import { Input, Tree } from 'antd'
import { useMemo, useState } from 'react'
import type { ScopeChoices } from '../../govern/access/contract.ts'
import { Answer } from '../kit/states.tsx'
import { useText } from '../kit/text.ts'
import { branchesOf, withWords } from '../kit/tree.ts'
import { useApi } from '../kit/useApi.ts'

type Choices = ScopeChoices['items']
type TreeProps = { scope: string; choose: (id: string) => void }

/** Everything the person may look at, as a tree. */
export function ScopeTree(props: TreeProps) {
  const asked = useApi<{ items: Choices }>('/api/access/me/scopes')
  return (
    <div className="zx-scope">
      <Answer of={asked}>{({ items }) => <Choice items={items} {...props} />}</Answer>
    </div>
  )
}

function Choice({ items, scope, choose }: TreeProps & { items: Choices }) {
  const t = useText()
  const [words, setWords] = useState('')
  const found = useMemo(() => withWords(items, words), [items, words])
  const branches = useMemo(() => branchesOf(found), [found])
  const way = items.find(({ id }) => id === scope)?.path.split('.') ?? []
  const opened = items.filter(({ level, path }) => level === 1 || way.includes(path.split('.').at(-1) ?? ''))
  return (
    <>
      <p className="zx-scope-head">
        {t('数据范围:只看所选机构及其下级', 'Scope: the chosen organisation and all below it')}
      </p>
      <Input
        allowClear
        autoFocus
        prefix={<SearchOutlined aria-hidden />}
        placeholder={t('搜索机构', 'Search organisations')}
        aria-label={t('搜索机构', 'Search organisations')}
        value={words}
        onChange={(event) => setWords(event.target.value)}
      />
      <Tree
        key={words}
        blockNode
        showLine
        height={340}
        treeData={branches}
        selectedKeys={scope ? [scope] : []}
        defaultExpandedKeys={(words ? found : opened).map(({ id }) => id)}
        onSelect={(_, { node }) => choose(node.line.id)}
      />
      {found.length === 0 ? <p className="zx-quiet">{t('没有符合条件的机构', 'No organisation matches')}</p> : null}
    </>
  )
}
