// The first thing every npm script runs: brings a fresh clone to the point where the product can start, then starts it.
// Plain JavaScript without a dependency, because it runs before anything is installed, on whatever Node the machine has.
const major = Number(process.versions.node.split('.')[0])
if (major < 20) {
  process.stderr.write(
    `知行需要 Node 20 或更高版本,当前为 ${process.versions.node}:https://nodejs.org/\n` +
      `Zhixing needs Node 20 or newer, this is ${process.versions.node}: https://nodejs.org/\n`,
  )
  process.exit(1)
}
import('./ready/main.mjs').then(({ main }) => main(process.argv.slice(2)))
