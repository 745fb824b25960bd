// The parts of the package `smpp` that are used here; it brings no types of its own.
declare module 'smpp' {
  import type { EventEmitter } from 'node:events'
  import type { Server as NetServer } from 'node:net'

  export type PDU = {
    command: string
    command_status: number
    sequence_number: number
    system_id?: string
    password?: string
    source_addr?: string
    destination_addr?: string
    esm_class?: number
    registered_delivery?: number
    message_id?: string
    receipted_message_id?: string
    message_state?: number
    short_message?: { message: string | Buffer } | string
    message_payload?: { message: string | Buffer } | string
    response(options?: Record<string, unknown>): PDU
  }
  export type Session = EventEmitter & {
    send(pdu: PDU): boolean
    close(callback?: () => void): void
    destroy(callback?: () => void): void
    deliver_sm(options: Record<string, unknown>, answered?: (pdu: PDU) => void): boolean
    submit_sm(options: Record<string, unknown>, answered?: (pdu: PDU) => void): boolean
    bind_transceiver(options: Record<string, unknown>, answered?: (pdu: PDU) => void): boolean
  }
  export type Server = NetServer & { sessions: Session[] }

  const smpp: {
    createServer(listener: (session: Session) => void): Server
    connect(options: { url: string }): Session
    ESME_ROK: number
    ESME_RINVDSTADR: number
    ESME_RTHROTTLED: number
    ESME_RSYSERR: number
    ESME_RINVBNDSTS: number
    ESME_RINVPASWD: number
  }
  export = smpp
}
