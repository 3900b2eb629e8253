import { storageFaults } from './storage-faults.ts'
import { playAll } from './play.ts'

playAll(storageFaults)
