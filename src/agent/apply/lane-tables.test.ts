import { laneTablesSuite } from './lane-tables-suite.ts';
import { memoryLaneMaps } from './memory-lane-maps.ts';

laneTablesSuite('memory maps', { make: () => memoryLaneMaps(64), size: 64, runs: 300 });
