/** @file A process of its own that examines one device: a native library that crashes or chatters takes nothing with it. */
import { examine } from '../../model/doctor.ts';

process.stdout.write(JSON.stringify(await examine(process.argv[2] ?? 'cpu')));
