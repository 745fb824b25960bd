import { FolderOutlined } from '@ant-design/icons'
import { Link, useSearchParams } from 'react-router'
import { useText } from '../../../console/kit/text.ts'
import { useApi } from '../../../console/kit/useApi.ts'
import type { Folder } from '../contract.ts'
import { treeOf } from './folders.ts'

/** Folders of the catalogue; choosing one narrows the list, by the address. */
export function FolderTree() {
  const t = useText()
  const [params] = useSearchParams()
  const chosen = params.get('folder') ?? ''
  const { data } = useApi<{ items: Folder[] }>('/api/tags/folders')
  const items = data?.items ?? []
  const all = items.reduce((sum, { tags }) => sum + tags, 0)
  const to = (folder: string) => {
    const next = new URLSearchParams(params)
    next.delete('cursor')
    next.delete('page')
    if (folder === '') next.delete('folder')
    else next.set('folder', folder)
    return `?${next}`
  }
  return (
    <nav className="zx-tag-tree" aria-label={t('标签目录', 'Folders of tags')}>
      <Link to={to('')} aria-current={chosen === '' ? 'page' : undefined}>
        <span>{t('全部标签', 'All tags')}</span>
        <span className="zx-quiet">{all}</span>
      </Link>
      {treeOf(items).map(({ path, name, depth, tags }) => (
        <Link
          key={path}
          to={to(path)}
          aria-current={chosen === path ? 'page' : undefined}
          style={{ paddingLeft: 10 + depth * 16 }}
        >
          <span>
            <FolderOutlined aria-hidden /> {name}
          </span>
          <span className="zx-quiet">{tags}</span>
        </Link>
      ))}
    </nav>
  )
}
