import { join } from 'node:path'

/** Nothing is imported here but paths: it is known before the rest of the gateway is loaded. */
export const defaultFolder = './data'

export interface FolderSetting {
  readonly GATEHOUSE_DATA?: string | undefined
}

/** Where everything lies that the gateway stores. */
export const folderOf = ({ GATEHOUSE_DATA }: FolderSetting) => join(GATEHOUSE_DATA || defaultFolder, 'gateway')
