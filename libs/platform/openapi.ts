import type { INestApplication } from '@nestjs/common'
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger'
import { z } from 'zod'

type StandardSchemaConverter = NonNullable<
  NonNullable<Parameters<typeof SwaggerModule.createDocument>[2]>['standardSchemaConverter']
>

/** {@link Bilingual}, as it is described to callers. */
export const bilingualSchema = z.object({ zh: z.string(), en: z.string() })

/** {@link FieldError}, as it is described to callers. */
export const fieldErrorSchema = bilingualSchema.extend({
  pointer: z.string().describe('JSON pointer to the field; empty for the request as a whole'),
  code: z.string().describe('Which fault it is; stable'),
})

/** {@link Problem}, as it is described to callers; a code may bring fields of its own. */
const problemSchema = z.looseObject({
  type: z.url(),
  title: z.string().describe('For people: Chinese, or English when Accept-Language asks for it'),
  status: z.int().min(400).max(599),
  code: z.string().describe('Which problem it is; stable'),
  requestId: z.string().optional().describe('To quote when asking for help'),
  errors: z.array(fieldErrorSchema).optional().describe('What to mend; with the code `validation_failed`'),
})

/** The API of one service, as OpenAPI 3.1: what goes in, what comes out, and the problem that any request may meet. */
export function openApiOf(app: INestApplication, service: string): OpenAPIObject {
  const head = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(`Ruhui: ${service}`)
    .setVersion('1')
    .addBearerAuth()
    .addGlobalResponse({
      status: 'default',
      description: 'Problem details (RFC 9457)',
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    })
    .build()
  const document = SwaggerModule.createDocument(app, head, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}.${method}`,
    standardSchemaConverter: jsonSchemaOf,
  })
  const { schema: Problem } = jsonSchemaOf(problemSchema, { schemaType: 'output' })
  return { ...document, components: { ...document.components, schemas: { ...document.components?.schemas, Problem } } }
}

/**
 * A zod schema as OpenAPI 3.1 has it: JSON Schema 2020-12. Swagger's own conversion writes the dialect of OpenAPI 3.0,
 * which knows no null.
 */
function jsonSchemaOf(
  schema: unknown,
  { schemaType }: Parameters<StandardSchemaConverter>[1],
): { schema: object; components: Record<string, object> | undefined } {
  const { $schema, $defs, ...converted } = z.toJSONSchema(schema as z.ZodType, {
    target: 'draft-2020-12',
    io: schemaType,
    unrepresentable: 'any',
  })
  return { schema: converted, components: $defs as Record<string, object> | undefined }
}

/** One document of several services' documents. */
export function mergeOpenApi(documents: readonly OpenAPIObject[]): OpenAPIObject {
  const [first, ...others] = documents
  if (!first) throw new Error('nothing to merge')
  return {
    ...first,
    info: { ...first.info, title: 'Ruhui' },
    paths: Object.assign({}, first.paths, ...others.map((document) => document.paths)),
    components: {
      ...first.components,
      schemas: Object.assign({}, first.components?.schemas, ...others.map((document) => document.components?.schemas)),
    },
  }
}
