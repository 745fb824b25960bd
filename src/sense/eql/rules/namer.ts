import type { Schema } from '../contract.ts'
import { Directory, type Titled } from './names.ts'

export type Names = 'code' | 'zh' | 'en'
/** Where a name is looked up: an entity's type, or the kinds of event in hand. */
export type NameScope = { entity: string } | { events: readonly string[] }
export const ofCustomer: NameScope = { entity: 'customer' }

/** What things are called, for who writes a rule down: by stable name or by title. */
export class Namer {
  readonly directory: Directory
  private readonly names: Names
  /** A title is used only if it can be read back; a sentence for people takes any. */
  private readonly exact: boolean

  constructor(schema: Schema | null, names: Names, exact: boolean) {
    this.directory = new Directory(
      schema ?? { entities: [], events: [], common: [], tags: [], segments: [], params: [] },
    )
    this.names = names
    this.exact = exact
  }

  private title<T extends Titled>(list: readonly T[], name: string): string {
    const thing = this.names === 'code' ? undefined : this.directory.byName(list, name)
    const title = thing === undefined || this.names === 'code' ? '' : thing[this.names]
    if (title === '') return name
    return !this.exact || this.directory.find(list, title)?.name === name ? title : name
  }

  event(name: string): string {
    return this.title(this.directory.schema.events, name)
  }

  tag(name: string): string {
    return this.title(this.directory.schema.tags, name)
  }

  segment(name: string): string {
    return this.title(this.directory.schema.segments, name)
  }

  param(name: string): string {
    return this.exact ? name : this.title(this.directory.schema.params, name)
  }

  relation(name: string): string {
    return this.title(this.directory.customer.relations, name)
  }

  /** The entity that the rows of a relation of the customer are. */
  target(relation: string): NameScope {
    return { entity: this.directory.relation(this.directory.customer, relation)?.target ?? relation }
  }

  path(path: readonly string[], scope: NameScope): string[] {
    if ('events' in scope) return path.map((name) => this.property(scope.events, name))
    const titles: string[] = []
    let entity = scope.entity === 'customer' ? this.directory.customer : this.directory.entity(scope.entity)
    for (const [i, name] of path.entries()) {
      if (i === path.length - 1) titles.push(this.title(entity?.fields ?? [], name))
      else {
        const relations = entity?.relations ?? []
        titles.push(this.title(relations, name))
        entity = this.directory.entity(this.directory.byName(relations, name)?.target ?? '')
      }
    }
    return titles
  }

  private property(events: readonly string[], name: string): string {
    const { common } = this.directory.schema
    for (const event of events) {
      const own = this.directory.event(event)?.properties ?? []
      if (this.directory.byName(own, name) !== undefined) return this.title(own, name)
    }
    return this.title(common, name)
  }
}
