import { laneTablesSuite } from './lane-tables-suite.ts';
import { memoryLaneMaps } from './memory-lane-maps.ts';

laneTablesSuite('memory maps', { make: () => memoryLaneMaps(32), size: 32, runs: 300 });
