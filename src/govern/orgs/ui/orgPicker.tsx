import { TreeSelect } from 'antd'
import { useText } from '../../../console/kit/text.ts'
import { useOrgTree } from './orgTree.ts'

type PickerProps = {
  id?: string
  value?: string
  onChange?: (id: string | undefined) => void
  disabled?: boolean
  /** Cannot be chosen, nor anything below: the one that is being moved. */
  without?: string
  placeholder?: string
  allowClear?: boolean
  label?: string
}

/** Chooses one open organisation of the scope; for forms and filters. */
export function OrgPicker({ id, value, onChange, disabled, without, placeholder, allowClear, label }: PickerProps) {
  const t = useText()
  const { lines, isPending } = useOrgTree()
  const hidden = without ? lines.find((line) => line.id === without)?.path : undefined
  const data = lines
    .filter((line) => hidden === undefined || (line.path !== hidden && !line.path.startsWith(`${hidden}.`)))
    .map((line) => ({
      id: line.id,
      pId: line.parent ?? 0,
      value: line.id,
      title: line.name,
      search: `${line.name} ${line.code}`,
    }))
  return (
    <TreeSelect
      id={id}
      aria-label={label}
      value={value}
      onChange={onChange}
      disabled={disabled}
      loading={isPending}
      allowClear={allowClear}
      showSearch={{ treeNodeFilterProp: 'search' }}
      treeDataSimpleMode
      treeDefaultExpandedKeys={lines.filter((line) => line.level <= 2).map((line) => line.id)}
      treeData={data}
      placeholder={placeholder ?? t('选择机构', 'Choose an organisation')}
      popupMatchSelectWidth={360}
      style={{ width: '100%' }}
    />
  )
}
