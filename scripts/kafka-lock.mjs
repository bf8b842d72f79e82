import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Takes the lock of a name on this machine, held until released or until this process is gone: it is a socket that this
 * process listens on, so that neither a crash nor a process id used again leaves it taken.
 *
 * @returns {Promise<(() => Promise<void>) | undefined>} releases it; undefined when it is taken
 */
export async function takeLock(name) {
  // Not beside what it guards: the path of a socket may have about 100 characters.
  const path = join(tmpdir(), `ruhui-${createHash('sha256').update(name).digest('hex').slice(0, 16)}.lock`)
  for (;;) {
    const server = createServer((socket) => socket.destroy())
    server.unref()
    try {
      // Writable for all, so that another user too can tell a live lock from one that a crash left.
      await once(server.listen({ path, writableAll: true }), 'listening')
      return async () => {
        server.close()
        await once(server, 'close')
      }
    } catch (error) {
      if (error.code !== 'EADDRINUSE') throw error
    }
    if (await isHeld(path)) return undefined
    await rm(path, { force: true })
  }
}

async function isHeld(path) {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch (error) {
    return error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'
  } finally {
    socket.destroy()
  }
}
