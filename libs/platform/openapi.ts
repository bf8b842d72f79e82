import type { INestApplication } from '@nestjs/common'
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger'

/** The API of one service, as OpenAPI 3.1. */
export function openApiOf(app: INestApplication, service: string): OpenAPIObject {
  const head = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(`Ruhui: ${service}`)
    .setVersion('1')
    .addBearerAuth()
    .build()
  return SwaggerModule.createDocument(app, head, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}.${method}`,
  })
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
