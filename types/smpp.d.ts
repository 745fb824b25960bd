// The parts of the package `smpp` that are used here; it brings no types of its own.
declare module 'smpp' {
  import type { EventEmitter } from 'node:events'
  import type { Server as NetServer, Socket } from 'node:net'

  type Text = { message: string | Buffer; udh?: Buffer[] | Buffer } | string
  export type PDU = {
    command: string
    command_status: number
    sequence_number: number
    system_id?: string
    password?: string
    source_addr?: string
    destination_addr?: string
    esm_class?: number
    data_coding?: number
    registered_delivery?: number
    message_id?: string
    receipted_message_id?: string
    message_state?: number
    sar_msg_ref_num?: number
    sar_total_segments?: number
    sar_segment_seqnum?: number
    short_message?: Text
    message_payload?: Text
    response(options?: Record<string, unknown>): PDU
  }
  type Answered = (pdu: PDU) => void
  export type Session = EventEmitter & {
    socket: Socket
    send(pdu: PDU, answered?: Answered, sent?: () => void): boolean
    close(callback?: () => void): void
    destroy(callback?: () => void): void
    deliver_sm(options: Record<string, unknown>, answered?: Answered): boolean
    submit_sm(options: Record<string, unknown>, answered?: Answered): boolean
    bind_transceiver(options: Record<string, unknown>, answered?: Answered): boolean
    enquire_link(answered?: Answered): boolean
    unbind(answered?: Answered): boolean
  }
  export type Server = NetServer & { sessions: Session[] }

  const smpp: {
    createServer(listener: (session: Session) => void): Server
    connect(options: { url?: string; host?: string; port?: number; tls?: boolean; servername?: string }): Session
    errors: Record<string, number>
    ESME_ROK: number
    ESME_RINVDSTADR: number
    ESME_RTHROTTLED: number
    ESME_RSYSERR: number
    ESME_RINVBNDSTS: number
    ESME_RINVPASWD: number
    ESME_RX_T_APPN: number
  }
  export = smpp
}
