/** One way to keep events in ClickHouse. */
export type Candidate = {
  name: string
  /** Statements that make its tables, whose names begin with `e_`. */
  create: string[]
  /** Statements that copy rows `{from:UInt64}` up to `{until:UInt64}` of the table `raw`. */
  insert: string[]
  /** The table for questions about all customers, and the one for questions about a few. */
  all: string
  few: string
  /** A property as an expression. */
  text(property: string): string
  whole(property: string): string
  props: string
}

const head = `event LowCardinality(String), time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)), customer UInt32 CODEC(ZSTD(1)),
  key UUID CODEC(ZSTD(1)), received DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)), processed DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
  source LowCardinality(String)`
const byEvent = '(event, toDate(time), customer, time)'
const projection = 'PROJECTION by_customer (SELECT * ORDER BY customer, time)'
const rows = 'SELECT event, time, customer, key, received, processed, source'
const some = 'FROM raw WHERE n >= {from:UInt64} AND n < {until:UInt64}'

const json = {
  text: (property: string) => `props.${property}.:String`,
  whole: (property: string) => `props.${property}.:Int64`,
  props: 'toJSONString(props)',
}
const hinted = `JSON(max_dynamic_paths = 512, amount Int64, balance Int64, product_no String, channel String, page String)`

function table(name: string, columns: string, order = byEvent, partition = 'toYYYYMM(time)'): string {
  return `CREATE TABLE ${name} (${columns}) ENGINE = MergeTree PARTITION BY ${partition} ORDER BY ${order}`
}

function one(
  name: string,
  columns: string,
  props = 'props::JSON(max_dynamic_paths = 512)',
  order?: string,
  by?: string,
) {
  return {
    name,
    create: [table('e_all', `${head}, ${columns}`, order, by)],
    insert: [
      `INSERT INTO e_all (event, time, customer, key, received, processed, source, props) ${rows}, ${props} ${some}`,
    ],
    all: 'e_all',
    few: 'e_all',
    ...json,
  }
}

const plain = 'props JSON(max_dynamic_paths = 512)'

export const candidates: Candidate[] = [
  one('json', `${plain}, ${projection}`),
  {
    ...one('json_hints', `props ${hinted}, ${projection}`, `props::${hinted}`),
    text: (property) =>
      ['product_no', 'channel', 'page'].includes(property) ? `props.${property}` : json.text(property),
    whole: (property) => (['amount', 'balance'].includes(property) ? `props.${property}` : json.whole(property)),
  },
  {
    ...one(
      'json_promoted',
      `${plain}, p_amount Nullable(Int64) DEFAULT props.amount.:Int64, p_channel Nullable(String) DEFAULT props.channel.:String, ${projection}`,
    ),
    text: (property) => (property === 'channel' ? 'p_channel' : json.text(property)),
    whole: (property) => (property === 'amount' ? 'p_amount' : json.whole(property)),
  },
  {
    ...one(
      'map',
      `props Map(LowCardinality(String), String), ${projection}`,
      `JSONExtract(props, 'Map(String, String)')`,
    ),
    text: (property) => `props['${property}']`,
    whole: (property) => `toInt64OrNull(props['${property}'])`,
    props: 'toJSONString(props)',
  },
  {
    ...one('second_table', plain),
    create: [table('e_all', `${head}, ${plain}`), table('e_few', `${head}, ${plain}`, '(customer, time)')],
    insert: ['e_all', 'e_few'].map(
      (name) =>
        `INSERT INTO ${name} (event, time, customer, key, received, processed, source, props) ${rows}, props::JSON(max_dynamic_paths = 512) ${some}`,
    ),
    few: 'e_few',
  },
  one('one_order', plain, undefined, '(customer, time)'),
  one('event_customer', `${plain}, ${projection}`, undefined, '(event, customer, time)'),
  one('by_quarter', `${plain}, ${projection}`, undefined, byEvent, 'toStartOfQuarter(time)'),
]
