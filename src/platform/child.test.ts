import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { keepRunning } from './child.ts'
import { createLog } from './log.ts'

const log = createLog('silent')

/** A child that says hello when it is up. */
async function startScript(script: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', `${script};console.log('up')`], { stdio: ['pipe', 'pipe', 'inherit'] })
  if (child.stdout) await once(child.stdout, 'data')
  return child
}

const stays = "process.stdin.resume();process.stdin.on('end',()=>process.exit(0))"
const askToStop = (child: ChildProcess) => void child.stdin?.end()

test('a child that is killed is replaced, again and again', async () => {
  const pids = new Set<number | undefined>()
  const kept = await keepRunning({ name: 'x', log, start: () => startScript(stays), askToStop })
  for (let i = 0; i < 3; i++) {
    await kept.up()
    const { pid = 0 } = kept.health()
    pids.add(pid)
    process.kill(pid, 'SIGKILL')
    while (kept.health().pid === pid) await new Promise((resolve) => setTimeout(resolve, 5))
    assert.equal(kept.health().state, 'restarting')
    assert.equal(kept.health().reason, 'ended by SIGKILL')
  }
  await kept.up()
  pids.add(kept.health().pid)
  assert.equal(pids.size, 4)
  assert.equal(kept.health().restarts, 3)
  await kept.stop()
  assert.deepEqual([kept.health().state, kept.health().pid], ['stopped', undefined])
})

test('a restart that fails is tried again until it works, and the reason can be read meanwhile', async () => {
  let starts = 0
  const start = async () => {
    if (++starts === 2) throw new Error('no room')
    return startScript(stays)
  }
  const kept = await keepRunning({ name: 'x', log, start, askToStop })
  const first = kept.health().pid ?? 0
  process.kill(first, 'SIGKILL')
  while (kept.health().reason !== 'no room') await new Promise((resolve) => setTimeout(resolve, 5))
  await kept.up()
  assert.equal(starts, 3)
  await kept.stop()
})

test('a first start that fails is the caller’s to know', async () => {
  const start = () => Promise.reject(new Error('port taken'))
  await assert.rejects(keepRunning({ name: 'x', log, start, askToStop }), /port taken/)
})

test('a stop asks, and ends what does not listen', async () => {
  const deaf = await keepRunning({ name: 'x', log, start: () => startScript('setInterval(()=>{},1e6)'), askToStop })
  await deaf.stop(50)
  assert.equal(deaf.health().reason, 'ended by SIGKILL')
  const listening = await keepRunning({ name: 'x', log, start: () => startScript(stays), askToStop })
  await listening.stop()
  assert.equal(listening.health().reason, 'ended with code 0')
})

test('a stop while the child is being replaced leaves none behind', async () => {
  const started: ChildProcess[] = []
  const start = async () => {
    const child = await startScript(stays)
    started.push(child)
    return child
  }
  const kept = await keepRunning({ name: 'x', log, start, askToStop })
  started[0]?.kill('SIGKILL')
  while (kept.health().state !== 'restarting') await new Promise((resolve) => setTimeout(resolve, 5))
  while (kept.health().restarts === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  await kept.stop()
  assert.ok(started.every((child) => child.exitCode !== null || child.signalCode !== null))
})
