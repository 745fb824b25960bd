import { type Chance, chanceOf, poisson, purpose, streamOf, weighted } from '../chance.ts'
import type { Channel, Device } from '../contract.ts'
import { stateOn } from '../life.ts'
import { attentionOf } from '../people/attention.ts'
import { deviceFor, devicesOf } from '../people/customer.ts'
import { flows } from './flows/flows.ts'
import { secondsAt, visitsOn } from './rhythm.ts'
import { anonymous, login, type Scene, step, type Visit } from './scene.ts'

/** Visits by phone and computer: each a way through pages that most leave half way. */
export function visits(scene: Scene): void {
  const { person, day, bank } = scene
  const { seed, customers } = bank.options
  const state = stateOn(scene.life, day)
  if (state === 'left') return
  const plain = visitsOn(scene) * (state === 'sleeping' ? 0.07 : 1)
  // Asked before anything is made: on most days of most customers nothing happens.
  const none = chanceOf(seed, person.index, purpose.visits, day)
  if (none < Math.exp(-plain)) return
  const next = streamOf(seed, person.index, purpose.visits, 0x800000 | day)
  const devices = devicesOf(seed, customers, person)
  if (devices.length === 0) return
  const count = 1 + poisson(next, plain * 0.6)
  for (let n = 0; n < count; n++) playVisit(scene, devices, next, n)
}

function playVisit(scene: Scene, devices: readonly Device[], next: Chance, n: number): void {
  const device = deviceFor(devices, next)
  if (!device) return
  const visit = arrive(scene, device, scene.start + secondsAt(next, attentionOf(scene.person)) * 1000, `v${n}`, next)
  const stranger = next() < (device.channel === 'web' ? 0.42 : 0.2)
  if (!stranger) login(scene, visit, 3 + 20 * next(), device.channel === 'app' ? 'face' : 'password')
  const open = flows.filter((flow) => visit.known || flow.open)
  const weights = open.map((flow) => flow.weight(scene, visit))
  const first = weighted(next(), weights)
  open[first]?.play(scene, visit, next)
  if (next() < 0.28) open[weighted(next(), weights)]?.play(scene, visit, next)
  leaveApp(scene, visit, next)
}

/** The first steps of every visit. */
export function arrive(scene: Scene, device: Device, at: number, name: string, next: Chance): Visit {
  const { index } = scene.person
  // A visit that would go on past midnight began a little earlier.
  const latest = scene.start + 23.4 * 3_600_000
  const visit: Visit = {
    device,
    at: Math.min(at, latest),
    known: false,
    session: `s${index}-${scene.day}-${name}`,
    who: anonymous(scene, device),
  }
  if (device.channel !== 'web')
    step(scene, visit, 'app_start', 1, { os: device.os, model: device.model, version: '6.2.1' })
  step(scene, visit, 'page_view', 1 + 3 * next(), { page: 'home', title: '首页' })
  return visit
}

export function leaveApp(scene: Scene, visit: Visit, next: Chance): void {
  if (visit.device.channel === 'web') return
  const began =
    scene.events.findLast(({ session, event }) => session === visit.session && event === 'app_start')?.at ?? visit.at
  step(scene, visit, 'app_end', 2 + 30 * next(), { seconds: Math.round((visit.at - began) / 1000) })
}

/** The device a person takes for an errand that he came for, of the channel that is asked for where he has it. */
export function errandDevice(scene: Scene, next: Chance, channel?: Channel): Device | undefined {
  const devices = devicesOf(scene.bank.options.seed, scene.bank.options.customers, scene.person)
  const wanted = devices.filter((device) => device.channel === channel)
  return deviceFor(wanted.length > 0 ? wanted : devices, next)
}
