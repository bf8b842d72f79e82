import { execFile } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, readFile, readlink, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { copyBinaries, findBinaries, majorVersion, makeLinks, program } from './embedded-postgres-binaries.ts'
import { choosePlace } from './embedded-postgres-place.ts'

const run = promisify(execFile)
const binaries = await findBinaries()

let folder: string
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'ruhui-place-')))
  await chmod(folder, 0o755)
})
afterAll(() => rm(folder, { recursive: true }))

describe('binaries', () => {
  it('names what to do on a platform without them', async () => {
    const error = { code: 'unsupported_platform', message: expect.stringContaining('DATABASE_URL') }
    await expect(findBinaries('sunos', 'x64')).rejects.toMatchObject(error)
  })

  it('names what to do when npm left them out', async () => {
    const other = process.platform === 'darwin' ? 'linux' : 'darwin'
    const error = { code: 'missing_binaries', message: expect.stringContaining('--include=optional') }
    await expect(findBinaries(other, 'x64')).rejects.toMatchObject(error)
  })

  it('makes the links that npm did not', async () => {
    const root = join(folder, 'package', 'native')
    await mkdir(join(root, 'lib'), { recursive: true })
    await writeFile(join(root, 'lib', 'libpq.so.5.18'), 'library')
    const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }]
    await writeFile(join(root, 'pg-symlinks.json'), JSON.stringify(links))
    await makeLinks(root)
    await makeLinks(root)
    expect(await readlink(join(root, 'lib', 'libpq.so.5'))).toBe('libpq.so.5.18')
  })

  it('copies them once, whole and open to everyone', async () => {
    const closed = join(folder, 'closed')
    await cp(binaries.root, closed, { recursive: true, verbatimSymlinks: true })
    await chmod(join(closed, 'share/postgresql/postgresql.conf.sample'), 0o600)
    const copy = await copyBinaries({ ...binaries, root: closed }, join(folder, 'outside'))
    const { stdout } = await run(program(copy, 'postgres'), ['--version'])
    expect(stdout).toContain(`(PostgreSQL) ${majorVersion(binaries)}.`)
    expect((await stat(join(copy.root, 'share/postgresql/postgresql.conf.sample'))).mode & 0o777).toBe(0o644)
    await writeFile(join(copy.root, 'mark'), '')
    await copyBinaries(binaries, join(folder, 'outside'))
    await stat(join(copy.root, 'mark'))
  })
})

it('follows the pointer of a data folder', async () => {
  const data = await mkdtemp(join(folder, 'data-'))
  const elsewhere = join(await mkdtemp(join(folder, 'elsewhere-')), 'postgres')
  await writeFile(join(data, 'postgres-location.txt'), `${elsewhere}\n`)
  expect(await choosePlace(data, binaries)).toMatchObject({ cluster: elsewhere })
})

it('does not begin anew when the pointer leads nowhere', async () => {
  const data = await mkdtemp(join(folder, 'data-'))
  await writeFile(join(data, 'postgres-location.txt'), join(folder, 'unmounted', '1', 'postgres'))
  await expect(choosePlace(data, binaries)).rejects.toMatchObject({ code: 'corrupt' })
})

const asRoot = process.getuid?.() === 0 ? describe : describe.skip
asRoot('as root', () => {
  it('stays in a data folder that the database user can reach', async () => {
    const data = await mkdtemp(join(folder, 'data-'))
    await chmod(data, 0o711)
    const place = await choosePlace(data, binaries)
    expect(place.cluster).toBe(join(data, 'postgres'))
    expect(place.user!.uid).not.toBe(0)
  })

  it('keeps cluster and binaries outside when they are under a closed folder, and finds them again', async () => {
    const home = await mkdtemp(join(folder, 'home-'))
    const data = join(home, 'data')
    await mkdir(data)
    await cp(binaries.root, join(home, 'native'), { recursive: true, verbatimSymlinks: true })
    const outside = join(folder, 'var')
    const umask = process.umask(0o077)
    const place = await choosePlace(data, { ...binaries, root: join(home, 'native') }, outside)
    process.umask(umask)
    expect(place.cluster).toMatch(new RegExp(`^${outside}/[0-9a-f]{8}/postgres$`))
    expect(place.binaries.root.startsWith(outside)).toBe(true)
    await run(program(place.binaries, 'postgres'), ['--version'], { ...place.user, cwd: '/' })
    expect((await readFile(join(data, 'postgres-location.txt'), 'utf8')).trim()).toBe(place.cluster)
    expect(await choosePlace(data, { ...binaries, root: join(home, 'native') }, outside)).toEqual(place)
  })

  it('runs the server as the owner of an existing cluster', async () => {
    const data = await mkdtemp(join(folder, 'data-'))
    await chmod(data, 0o711)
    await mkdir(join(data, 'postgres'))
    await run('chown', ['12345:12346', join(data, 'postgres')])
    const { user } = await choosePlace(data, binaries)
    expect(user).toMatchObject({ uid: 12345, gid: 12346 })
  })

  it('does not make a second cluster beside one that has become unreachable', async () => {
    const data = await mkdtemp(join(folder, 'data-'))
    await mkdir(join(data, 'postgres'))
    await expect(choosePlace(data, binaries, join(folder, 'var'))).rejects.toMatchObject({ code: 'not_writable' })
  })
})
