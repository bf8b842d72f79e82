import { fastify } from 'fastify'
import { Pool } from 'pg'

/**
 * The floor of HTTP acceptance: the same body, taken by Fastify alone and written by one insert per request. Prints its
 * port, runs until it is killed.
 */
const pool = new Pool({ connectionString: process.argv[2], max: 10 })
await pool.query('create table if not exists bare (id uuid primary key default gen_random_uuid(), body jsonb not null)')
const app = fastify()
app.post('/api/registrations', async (request, reply) => {
  await pool.query('insert into bare (body) values ($1)', [request.body])
  return reply.status(202).send({ ok: true })
})
await app.listen({ port: 0, host: '127.0.0.1' })
console.log((app.server.address() as { port: number }).port)
