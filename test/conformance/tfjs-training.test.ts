import { openOnnxRuntime } from '../../services/adapters/onnx/onnx-runtime.ts';
import { openTfjsTraining } from '../../services/adapters/tfjs/tfjs-training.ts';
import { trainingBackendConformance } from './training-backend.ts';

trainingBackendConformance('TensorFlow.js', openTfjsTraining, () => openOnnxRuntime({ workers: 0 }));
