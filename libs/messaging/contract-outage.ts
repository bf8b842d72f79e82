import { once } from 'node:events'
import { connect, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net'

/** A way to a database that can be cut and mended: connections break, and new ones are refused meanwhile. */
export class LoseableDatabase {
  private readonly sockets = new Set<Socket>()
  private server: Server
  private port = 0

  private constructor(private readonly target: URL) {
    this.server = this.listener()
  }

  static async open(url: string): Promise<LoseableDatabase> {
    const way = new LoseableDatabase(new URL(url))
    await way.mend()
    return way
  }

  get url(): string {
    const url = new URL(this.target)
    url.host = `127.0.0.1:${this.port}`
    return url.href
  }

  async cut(): Promise<void> {
    const closed = once(this.server, 'close')
    this.server.close()
    for (const socket of this.sockets) socket.destroy()
    await closed
  }

  async mend(): Promise<void> {
    this.server = this.listener()
    await once(this.server.listen(this.port, '127.0.0.1'), 'listening')
    const address = this.server.address()
    if (address && typeof address === 'object') this.port = address.port
  }

  async close(): Promise<void> {
    if (this.server.listening) await this.cut()
  }

  private onward(): NetConnectOpts {
    const { port, hostname } = this.target
    const host = decodeURIComponent(hostname)
    return host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port: Number(port) }
  }

  private listener(): Server {
    return createServer((socket) => {
      const onward = connect(this.onward())
      for (const end of [socket, onward]) {
        this.sockets.add(end)
        end.on('error', () => {})
        end.on('close', () => {
          this.sockets.delete(end)
          socket.destroy()
          onward.destroy()
        })
      }
      socket.pipe(onward).pipe(socket)
    })
  }
}
