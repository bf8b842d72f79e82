import { Module } from '@nestjs/common'
import { CodesController } from './codes.controller.ts'
import { Codes } from './codes.ts'
import { ScanController } from './scan.controller.ts'
import { Scans } from './scans.ts'

@Module({ controllers: [CodesController, ScanController], providers: [Codes, Scans] })
export class QrCodesModule {}
