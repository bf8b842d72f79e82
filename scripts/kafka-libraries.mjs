import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { takeLock } from './kafka-lock.mjs'
import { root } from './set-up.mjs'

export const KAFKA_VERSION = '4.3.1'
const LEAST_JAVA = 17
const folder = join(root, '.cache/kafka', KAFKA_VERSION)
const libraries = join(folder, 'libs')

/** Something about Kafka that the person can act on; the message is English, `zh` says the same in Chinese. */
export class KafkaError extends Error {
  name = 'KafkaError'

  constructor(zh, en) {
    super(en)
    this.zh = zh
  }
}

/** This machine can't have a broker: no Java, no Maven, no download. */
export class KafkaUnavailable extends KafkaError {
  name = 'KafkaUnavailable'
}

// Kafka binds to SLF4J 1.7, for which Log4j's binding is log4j-slf4j-impl (not -slf4j2-impl).
const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>broker</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA_VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId><artifactId>log4j-core</artifactId><version>2.26.1</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>2.26.1</version>
    </dependency>
  </dependencies>
</project>
`
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies'

/**
 * What it takes to run Kafka: the Java program, the folder of its libraries, fetched through Maven the first time, and
 * where a class archive that shortens the start belongs (it may not exist yet).
 *
 * @param {(zh: string, en: string) => void} say told before the download
 * @returns {Promise<{ java: string, libraries: string, archive: string }>}
 * @throws {KafkaUnavailable}
 */
export async function kafkaLibraries(say) {
  if (process.platform === 'win32') {
    throw new KafkaUnavailable(
      'Kafka 不能在 Windows 上直接运行：请使用 WSL，或用 KAFKA_BROKERS 指定其他地方的 Kafka',
      'Kafka does not run on Windows itself: use WSL, or point KAFKA_BROKERS to a broker elsewhere',
    )
  }
  const { java, version } = await findJava()
  if (!existsSync(libraries)) {
    try {
      await mkdir(folder, { recursive: true })
      await alone(folder, () => fetchLibraries(say))
    } catch (error) {
      if (!['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOTDIR'].includes(error.code)) throw error
      throw new KafkaUnavailable(
        `无法写入 ${folder}：${error.message}`,
        `Kafka can't be kept in ${folder}: ${error.message}`,
      )
    }
  }
  // An archive fits the Java that wrote it and the class path it was written for.
  const fit = createHash('sha256').update(`${version}\n${libraries}`).digest('hex').slice(0, 12)
  return { java, libraries, archive: join(folder, `classes-${fit}.jsa`) }
}

async function findJava() {
  const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin/java') : 'java'
  const { code, output } = await run(java, ['-version'])
  const major = Number(/version "(\d+)/.exec(output)?.[1])
  if (code !== 0 || !(major >= LEAST_JAVA)) {
    const [zh, en] =
      code === 0 ? [`当前版本太旧（${major}）`, `${java} is Java ${major}`] : ['没有找到 Java', `${java} does not run`]
    throw new KafkaUnavailable(
      `Kafka 需要 Java ${LEAST_JAVA} 或更新版本：${zh}`,
      `Kafka needs Java ${LEAST_JAVA} or newer: ${en}`,
    )
  }
  return { java, version: output }
}

async function fetchLibraries(say) {
  if (existsSync(libraries)) return
  say(`正在下载 Apache Kafka ${KAFKA_VERSION}（约 45 MB）…`, `Fetching Apache Kafka ${KAFKA_VERSION} (about 45 MB) …`)
  const partial = join(folder, 'partial')
  await rm(partial, { recursive: true, force: true })
  await mkdir(partial)
  await writeFile(join(partial, 'pom.xml'), POM)
  const { code, output } = await run('mvn', [
    ...['--batch-mode', '--quiet', '--file', join(partial, 'pom.xml'), COPY],
    ...['-DincludeScope=runtime', `-DoutputDirectory=${join(partial, 'libs')}`],
  ])
  if (code === 'ENOENT') {
    throw new KafkaUnavailable(
      '下载 Kafka 需要 Maven：没有找到 mvn',
      'Fetching Kafka needs Maven: there is no mvn on the PATH',
    )
  }
  if (code !== 0 || !existsSync(join(partial, `libs/kafka_2.13-${KAFKA_VERSION}.jar`))) {
    const reason = output.split('\n').find((line) => line.includes('ERROR')) ?? output.trim().split('\n').at(-1)
    throw new KafkaUnavailable(`Maven 无法下载 Kafka：${reason}`, `Maven can't fetch Kafka: ${reason}`)
  }
  await rename(join(partial, 'libs'), libraries)
  await rm(partial, { recursive: true })
}

/** Does the work while no other process on this machine does. */
async function alone(name, work) {
  let release = await takeLock(name)
  while (!release) {
    await sleep(200)
    release = await takeLock(name)
  }
  await work().finally(release)
}

/** Runs a program to its end, or to ours; the code is 'ENOENT' and the like when it can't be started. */
export function run(program, args) {
  return new Promise((resolve) => {
    const child = execFile(program, args, { maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      process.off('exit', end)
      resolve({
        code: error ? (error.code ?? error.signal) : 0,
        output: stripVTControlCharacters(`${stderr}${stdout}`),
      })
    })
    const end = () => child.kill()
    process.on('exit', end)
  })
}
