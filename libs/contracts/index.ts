export { accountCreated } from './accounts.ts'
export { type AsyncApiService, asyncApiDocument } from './async-api.ts'
export { catalogue, definitionOf, upcast } from './catalogue.ts'
export { breakingChanges, Corpus, type Specimen } from './corpus.ts'
export { type DataOf, type DomainEvent, type EventDefinition, newEvent, type Stream, streams } from './event.ts'
export { placementDecided, placementHeld } from './federations.ts'
export {
  duplicateSettled,
  duplicateSuspected,
  identityMerged,
  identityResolved,
  identitySplit,
} from './identities.ts'
export { type JsonSchema, jsonSchemaOf } from './json-schema.ts'
export {
  membershipApproved,
  membershipEnded,
  membershipRejected,
  membershipRestored,
  membershipReturned,
  reviewAttached,
  reviewOpened,
} from './memberships.ts'
export { messageSent } from './notifications.ts'
export { codeIssued, codeRevoked, codeScanned, siteOpened } from './qr-codes.ts'
export { registrationCorrected, registrationSubmitted, rosterImported, subjectErased } from './registrations.ts'
export { type Application, application, type Lead, lead, sealContext } from './shared.ts'
export { UnknownEvent, upcastTo } from './upcast.ts'
