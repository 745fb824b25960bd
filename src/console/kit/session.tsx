import { useQuery } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useMemo } from 'react'
import type { Me } from '../../govern/access/contract.ts'
import { type ApiProblem, api, isProblem, queries, setCsrf } from './api.ts'
import { chooseScope, currentScope, useScope } from './scope.ts'
import { chooseLang, langChosen } from './text.ts'

/** What one may do depends on the scope that is looked at, so the answer is kept for each. */
const meKey = (scope: string) => ['/api/access/me', scope]

async function askMe(signal?: AbortSignal): Promise<Me> {
  const me = await api.get<Me>('/api/access/me', undefined, signal).catch((error: unknown) => {
    // The scope kept in this tab may be gone or belong to someone else: look at one's own again.
    if (!currentScope() || (isProblem(error) && error.status === 401)) throw error
    chooseScope('')
    return api.get<Me>('/api/access/me', undefined, signal)
  })
  setCsrf(me.csrf)
  return me
}

/** The person's own answer is asked once and kept until sign-out or a change of the account or scope. */
export function useMeQuery() {
  const scope = useScope()
  return useQuery<Me, ApiProblem>({
    queryKey: meKey(scope),
    queryFn: ({ signal }) => askMe(signal),
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: (kept) => kept,
  })
}

/** After sign-in or a change of one's account. */
export async function reloadMe(): Promise<Me> {
  const me = await queries.fetchQuery({ queryKey: meKey(currentScope()), queryFn: () => askMe(), staleTime: 0 })
  if (!langChosen()) chooseLang(me.user.lang)
  return me
}

/** At sign-out and when a session ends: nothing of it may be seen by the next person. */
export function forgetSession() {
  setCsrf('')
  chooseScope('')
  queries.clear()
}

type Session = { me: Me; can: (permission: string | undefined) => boolean }
const SessionContext = createContext<Session | undefined>(undefined)

export function SessionProvider({ me, children }: { me: Me; children: ReactNode }) {
  const session = useMemo<Session>(() => {
    // The demo's own pages ask for `demo`, which nobody is granted.
    const held = new Set(me.demo ? [...me.permissions, 'demo'] : me.permissions)
    return { me, can: (permission) => permission === undefined || held.has(permission) }
  }, [me])
  return <SessionContext value={session}>{children}</SessionContext>
}

/** Only below the shell, where someone is signed in. */
export function useSession(): Session {
  const session = useContext(SessionContext)
  if (!session) throw new Error('useSession is for pages inside the shell')
  return session
}

export const useCan = () => useSession().can

/** Shows its children only to those who may; what may not be done is not drawn. */
export function Can({ needs, children, otherwise }: { needs: string; children: ReactNode; otherwise?: ReactNode }) {
  return useSession().can(needs) ? children : (otherwise ?? null)
}
