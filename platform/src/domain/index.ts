export * from './broadcast.ts'
