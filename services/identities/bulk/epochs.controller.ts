import { Body, Controller, Get, HttpCode, Param, ParseIntPipe, Post } from '@nestjs/common'
import { ApiAcceptedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger'
import { Allow, type Principal, Sender, SignedIn } from '#libs/platform'
import { type Reasoned, reasoned } from '../reasoned.ts'
import { draftAnswer, epochsAnswer, jobAnswer } from './bulk-answers.ts'
import { BulkJobs } from './bulk-jobs.ts'
import { EpochRegister } from './epoch-register.ts'
import { EpochTraining } from './epoch-training.ts'
import { SampleView } from './sample-view.ts'

/** Epochs of the linkage model: trained in the background, in force once an operator approves what they change. */
@ApiTags('identities')
@SignedIn()
@Allow('operator')
@Controller('api/identities/epochs')
export class EpochsController {
  constructor(
    private readonly jobs: BulkJobs,
    private readonly register: EpochRegister,
    private readonly training: EpochTraining,
    private readonly samples: SampleView,
  ) {}

  /** Trains the next epoch on all records and drafts what it would change. */
  @Post()
  @HttpCode(202)
  @ApiAcceptedResponse({ standardSchema: jobAnswer })
  async train(@Sender() { accountId: startedBy }: Principal) {
    await this.training.checkRecords()
    const epoch = await this.register.nextNumber()
    return this.jobs.start({ kind: 'train', epoch, startedBy }, (context) =>
      this.training.train(epoch, startedBy, context),
    )
  }

  /** All epochs and drafts, newest first, and how far the last training or activation is. */
  @Get()
  @ApiOkResponse({ standardSchema: epochsAnswer })
  async list() {
    return { epochs: await this.register.list(), job: await this.jobs.latest(['train', 'activate']) }
  }

  /** A draft: what it would change, and some pairs that it is about, with the evidence now and then. */
  @Get(':epoch')
  @ApiOkResponse({ standardSchema: draftAnswer })
  async one(@Param('epoch', ParseIntPipe) epoch: number) {
    const { model, numbers, samples } = await this.register.draft(epoch)
    return { epoch, diff: numbers, samples: await this.samples.of(samples, model) }
  }

  /** Puts a draft in force, or again an epoch that was before. What has come since the draft is included. */
  @Post(':epoch/approve')
  @HttpCode(202)
  @ApiAcceptedResponse({ standardSchema: jobAnswer })
  async approve(
    @Param('epoch', ParseIntPipe) epoch: number,
    @Body({ schema: reasoned }) { reason }: Reasoned,
    @Sender() { accountId: startedBy }: Principal,
  ) {
    const model = await this.register.candidate(epoch)
    return this.jobs.start({ kind: 'activate', epoch, startedBy }, (context) =>
      this.training.activate(model, startedBy, reason, context),
    )
  }

  /** Drops a draft; its number is not used again. */
  @Post(':epoch/discard')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: epochsAnswer })
  async discard(
    @Param('epoch', ParseIntPipe) epoch: number,
    @Body({ schema: reasoned }) { reason }: Reasoned,
    @Sender() { accountId }: Principal,
  ) {
    await this.register.discard(epoch, accountId, reason)
    return this.list()
  }
}
