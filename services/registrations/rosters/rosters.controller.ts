import { Readable } from 'node:stream'
import { Controller, Get, HttpCode, type OnModuleInit, Param, ParseUUIDPipe, Post, Query, Req } from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import { ApiAcceptedResponse, ApiBody, ApiConsumes, ApiOkResponse, ApiTags } from '@nestjs/swagger'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { platformSchema } from '#libs/china'
import { bilingualSchema, DomainError, type Principal, Sender, SignedIn } from '#libs/platform'
import { ImportRoster } from './import-roster.ts'
import { Rosters, rosterStatuses } from './rosters.ts'
import { SpooledUpload } from './spooled-upload.ts'

/** What a list may come as; the content tells CSV from JSON lines. */
const CONTENT_TYPES = ['text/csv', 'application/x-ndjson', 'application/jsonl', 'application/octet-stream']

const upload = z.object({
  platform: platformSchema().optional().describe('For rows that name none: code, name or alias'),
  file: z.string().trim().min(1).max(200).default('roster').describe('Name of the file, to recognise it by'),
})

const page = z.object({
  after: z.coerce.number().int().min(0).default(0).describe('Remarks on lines after this one'),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
})

const rosterAnswer = z.object({
  rosterId: z.uuid(),
  file: z.string(),
  platform: z.string().nullable(),
  status: z.enum(rosterStatuses).describe('`interrupted`: send the same file again, what was taken is not taken twice'),
  problem: bilingualSchema.nullable().describe('Why the file could not be read'),
  totalRows: z.int().nullable().describe('Null until they are counted'),
  rows: z.int().describe('Read so far; the sum of leads and faults'),
  leads: z.object({ new: z.int(), changed: z.int(), unchanged: z.int() }),
  faults: z.int().describe('Rows that were not taken'),
  notes: z.int().describe('Values that were left out of rows that were taken'),
  importedBy: z.string(),
  startedAt: z.iso.datetime({ offset: true }),
  finishedAt: z.iso.datetime({ offset: true }).nullable(),
})

const remarkAnswer = bilingualSchema.extend({
  line: z.int().describe('In the file; the header of a CSV file is line 1'),
  kind: z.enum(['fault', 'note']).describe('A fault keeps the row out; a note is about one value'),
  field: z.string(),
  code: z.string(),
})

const rosterWithRemarks = rosterAnswer.extend({
  remarks: z.array(remarkAnswer),
  next: z.int().nullable().describe('`after` of the next page; null on the last one'),
})

/** Lists of drivers from platforms: leads, never applications. */
@ApiTags('rosters')
@SignedIn()
@Controller('api/rosters')
export class RostersController implements OnModuleInit {
  constructor(
    private readonly imports: ImportRoster,
    private readonly rosters: Rosters,
    private readonly adapters: HttpAdapterHost,
  ) {}

  /** Lets uploads through as they come, however long they are. */
  onModuleInit(): void {
    const fastify: FastifyInstance = this.adapters.httpAdapter.getInstance()
    fastify.addContentTypeParser(CONTENT_TYPES, (_, payload, done) => done(null, payload))
  }

  /**
   * Takes a list: CSV with a header or JSON lines, in UTF-8 or GB 18030, up to 1,000,000 rows. The answer comes once the
   * file is here; it is read afterwards. Send the same file again when in doubt: nothing is taken twice.
   */
  @Post()
  @HttpCode(202)
  @ApiConsumes(...CONTENT_TYPES)
  @ApiBody({ schema: { type: 'string' } })
  @ApiAcceptedResponse({ standardSchema: rosterWithRemarks })
  async upload(
    @Query({ schema: upload }) {
      platform = null,
      file,
    }: Omit<z.infer<typeof upload>, 'platform'> & { platform?: string | null },
    @Sender() { accountId: importedBy }: Principal,
    @Req() { id: trace, body }: FastifyRequest,
  ) {
    if (!(body instanceof Readable)) {
      throw new DomainError('invalid', 'roster_missing', {
        zh: '请上传 CSV 或 JSON 行文件，内容类型 text/csv',
        en: 'Send a CSV or JSON lines file, with the content type text/csv',
      })
    }
    this.imports.refuseWhileRunning()
    const spooled = await SpooledUpload.from(body)
    const rosterId = await this.imports.begin(spooled, { file, platform, importedBy, trace })
    return this.rosters.one(rosterId, page.parse({}))
  }

  /** The newest 100 lists. */
  @Get()
  @ApiOkResponse({ standardSchema: z.object({ items: z.array(rosterAnswer) }) })
  async list() {
    return { items: await this.rosters.list() }
  }

  /** How far a list is, and what is to be mended in it, by line. */
  @Get(':rosterId')
  @ApiOkResponse({ standardSchema: rosterWithRemarks })
  async one(@Param('rosterId', ParseUUIDPipe) rosterId: string, @Query({ schema: page }) asked: z.infer<typeof page>) {
    return this.rosters.one(rosterId, asked)
  }
}
