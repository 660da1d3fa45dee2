/** Names for the generated shapes, so that pages do not spell out their address. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Agent = Schemas["AgentOut"];
export type AutonomyLevel = Schemas["KindAutonomy"]["level"];
export type AgentPatch = Schemas["AgentPatch"];
export type Change = Schemas["ChangeOut"];
export type Connection = Schemas["ConnectionOut"];
export type Decision = Schemas["DecisionSummary"];
export type DecisionDetail = Schemas["DecisionDetail"];
export type DecisionStatus = Decision["status"];
export type Engine = Schemas["EngineOut"];
export type EngineQueue = Schemas["QueueOut"];
export type EngineWorker = Schemas["WorkerOut"];
export type ScheduledAgent = Schemas["ScheduledAgent"];
export type Effect = Schemas["EffectOut"];
export type EffectRecord = Schemas["RecordOut"];
export type EffectStatus = Effect["status"];
export type Evidence = Schemas["EvidenceOut"];
export type EventRow = Schemas["EventOut"];
export type Figure = Schemas["Figure"];
export type Forecast = Schemas["ForecastOut"];
export type Metrics = Schemas["MetricsOut"];
export type Order = Schemas["OrderOut"];
export type OrderDetail = Schemas["OrderDetail"];
export type Policy = Schemas["PolicyOut"];
export type PolicyDocument = Schemas["PolicyDocument"];
export type Product = Schemas["ProductOut"];
export type ProductDetail = Schemas["ProductDetail"];
export type Provenance = Schemas["Provenance"];
export type Run = Schemas["RunSummary"];
export type RunDetail = Schemas["RunDetail"];
export type RunStep = Schemas["StepOut"];
export type Session = Schemas["SessionOut"];
export type StopResult = Schemas["StopOut"];
export type Variant = Schemas["VariantOut"];
