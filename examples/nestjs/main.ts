import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { TypedSessionModule } from 'typed-session/nestjs';
import { withSessionSecurity } from 'typed-session/openapi';
import { AccountController, LoginController } from './account.js';
import { options } from './session.js';

const controllers = [AccountController, LoginController];

@Module({ imports: [TypedSessionModule.forRoot(options)], controllers })
class AppModule {}

const app = await NestFactory.create(AppModule);

// The OpenAPI document at /api-json, and a page that shows it at /api.
const described = new DocumentBuilder().setTitle('Accounts').setOpenAPIVersion('3.1.0').build();
const document = withSessionSecurity(SwaggerModule.createDocument(app, described), { controllers });
SwaggerModule.setup('api', app, document);

await app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1');
console.log(await app.getUrl());
