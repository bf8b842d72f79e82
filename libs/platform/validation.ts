import type { ArgumentMetadata } from '@nestjs/common'
import { StandardSchemaValidationPipe } from '@nestjs/common'
import type { Bilingual } from './domain-error.ts'

/** One fault of a request: where (JSON pointer), which (stable code), and how to mend it. */
export interface FieldError extends Bilingual {
  readonly pointer: string
  readonly code: string
}

/** The request does not fit its schema. */
export class InvalidRequest extends Error {
  override readonly name = 'InvalidRequest'
  readonly say: Bilingual = {
    zh: '有内容需要修改，请按提示改正后再提交',
    en: 'Some of the content needs mending: see "errors"',
  }

  constructor(readonly errors: readonly FieldError[]) {
    super(errors.map((error) => `${error.pointer} ${error.code}`).join(', '))
  }
}

interface Issue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { key: PropertyKey })[]
  readonly code?: string
  readonly params?: { readonly code?: string; readonly zh?: string; readonly en?: string }
}

/**
 * The faults in a zod result. Schemas of libs/china bring their own code and texts as `params`; for the rest the zod
 * code and a general text stand.
 */
export function fieldErrors(issues: readonly unknown[]): FieldError[] {
  return (issues as readonly Issue[]).map(({ message, path = [], code = 'invalid', params }) => ({
    pointer: path.map((part) => `/${String(typeof part === 'object' ? part.key : part)}`).join(''),
    code: params?.code ?? code,
    zh: params?.zh ?? '这一项缺失或格式不正确',
    en: params?.en ?? message,
  }))
}

/** Checks `@Body({ schema })`, `@Query({ schema })` and `@Param('x', { schema })` against their zod schemas. */
export class ValidationPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ exceptionFactory: (issues) => new InvalidRequest(fieldErrors(issues)) })
  }

  /** Parameters without a schema pass as they are. */
  protected override toValidate(metadata: ArgumentMetadata): boolean {
    return metadata.schema !== undefined && super.toValidate(metadata)
  }
}
